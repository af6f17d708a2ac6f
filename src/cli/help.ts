/** What `llmflows` alone says. Written out, so that it needs nothing loaded. */
export const shortHelp = `llmflows runs flows of prompts: steps in YAML, side by side, answered as JSON.

Examples:
  llmflows init                                    write a first flow
  llmflows run flow.yaml --topic friendship -v     run it and watch
  llmflows run flow.yaml --topic rain --offline    without a key or a network
  llmflows run flow.yaml --help                    what the flow takes

Commands:
  run [FLOW]       run a flow (./flow.yaml), print its result as JSON
  chat [FLOW]      talk with a flow, line by line
  validate FLOW…   say all that is wrong with a flow, run nothing
  plan FLOW        say what a run would do and what it could cost
  index DOCS…      fill a vector store of a flow with documents
  graph FLOW       draw the steps and what they wait for
  why STEP RESULT  say from a result why a step ran, waited or failed
  runs             list the runs that are kept in this folder
  diff RUN RUN     hold two kept runs side by side
  cache            say how much is in the cache, and clear it
  explain CODE     what a diagnostic means, with an example
  init [NAME]      write a flow to start from
  schema [NAME]    print a JSON Schema, such as flow, result or diagnostics
  completion SHELL make Tab complete commands, flows and inputs

Options:
  -h, --help       show this help; also after a command
  -V, --version    print the version
`
