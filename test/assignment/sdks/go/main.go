// Asks the Go SDKs of flag systems, by their public evaluation calls, who is in the canary.
//
// Reads JSON cases on standard input, each {sdk, key, flag, users}: what canary exports of a flag, and the flag's key in it. The candidate's
// value is "new". The answers, for each a list of true and false, are the last line of what is printed.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

type question struct {
	Sdk   string          `json:"sdk"`
	Key   string          `json:"key"`
	Flag  json.RawMessage `json:"flag"`
	Users []string        `json:"users"`
}

// An SDK that holds the flag of a question says whether a user gets the candidate, until it is closed.
type decider struct {
	takes func(user string) bool
	close func()
}

var sdks = map[string]func(question) decider{
	"flagd":            flagd,
	"unleash":          unleashRollout,
	"unleash-variants": unleashVariants,
	"growthbook":       growthBook,
	"launchdarkly":     launchDarkly,
	"optimizely":       optimizely,
}

func main() {
	var questions []question
	must(json.NewDecoder(os.Stdin).Decode(&questions))
	answers := make([][]bool, len(questions))
	for at, each := range questions {
		asked := sdks[each.Sdk](each)
		answers[at] = make([]bool, len(each.Users))
		for index, user := range each.Users {
			answers[at][index] = asked.takes(user)
		}
		asked.close()
	}
	printed, err := json.Marshal(answers)
	must(err)
	fmt.Printf("\n%s\n", printed)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
