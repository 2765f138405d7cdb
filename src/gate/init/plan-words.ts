/** A string as YAML and JSON both read it; plain where that is safe. */
export function quotedText(value: string): string {
  return /^[A-Za-z_./][\w./-]*(?:\*[\w./*-]*)?$/u.test(value) && !/^(?:true|false|null|yes|no|on|off)$/iu.test(value)
    ? value
    : JSON.stringify(value);
}

/** A text as the end of a comment: one line, of what a terminal shows. */
export function commentText(value: string): string {
  const bare = value.replaceAll(/[\s\p{Cc}]+/gu, ' ');
  return bare.length > 32 ? `${bare.slice(0, 31)}…` : bare;
}
