/** Shells that can complete the words of a command line by asking the program. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Each asks `canary complete` for lines of `word<TAB>description`; the words are passed on and never run. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of canary for bash 4 or later: source <(canary completion bash)
_canary_complete() {
  local current="\${COMP_WORDS[COMP_CWORD]}" word description
  [[ $current == "=" ]] && current=""
  COMPREPLY=()
  while IFS=$'\\t' read -r word description; do
    [[ $word == "$current"* ]] && COMPREPLY+=("$word")
  done < <(canary complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  # With a name that a shell would break, readline writes the quotes.
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]] && compopt -o nospace
  if [[ \${COMPREPLY[*]} == */* || \${COMPREPLY[*]} == *.* ]]; then
    # Of names of files readline writes a folder's slash itself.
    compopt -o filenames
    COMPREPLY=("\${COMPREPLY[@]%/}")
  fi
  return 0
}
complete -F _canary_complete canary
`,
  zsh: `#compdef canary
# Completion of canary for zsh: source <(canary completion zsh), after compinit
_canary_complete() {
  local line word
  local -a described folders
  for line in "\${(@f)$(canary complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    word="\${line%%$'\\t'*}"
    [[ -z $word ]] && continue
    if [[ $word == */ ]]; then folders+=("$word"); else described+=("\${word//:/\\\\:}:\${line#*$'\\t'}"); fi
  done
  (( $#folders )) && compadd -S '' -- "\${folders[@]}"
  (( $#described )) && _describe -V canary described
  return 0
}
compdef _canary_complete canary
`,
  fish: `# Completion of canary for fish: canary completion fish | source
function __canary_complete
    set -l words (commandline -opc) (commandline -ct)
    canary complete -- $words[2..-1] 2>/dev/null
end
complete -c canary -f -a '(__canary_complete)'
`,
};
