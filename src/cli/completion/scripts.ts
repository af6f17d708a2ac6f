export type Shell = 'bash' | 'zsh' | 'fish'

/**
 * What `llmflows completion` prints. The scripts know nothing of commands and flows: they hand over the line as far as the
 * cursor and put in what the program answers. None of it is ever evaluated.
 */
export const scripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of llmflows for bash 4.4 and later. To install it, add this line to ~/.bashrc:
#   eval "$(llmflows completion bash)"

_llmflows() {
  COMPREPLY=()
  local -a answer
  mapfile -t answer < <(llmflows __complete bash "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" </dev/null 2>/dev/null)
  if [[ \${answer[0]-} == files ]]; then
    compopt -o filenames +o nospace
  fi
  COMPREPLY=("\${answer[@]:1}")
}
complete -o nospace -F _llmflows llmflows
`,
  zsh: `#compdef llmflows
# Completion of llmflows for zsh. To install it, add this line to ~/.zshrc, below compinit:
#   eval "$(llmflows completion zsh)"
# or write it into a folder of $fpath:
#   llmflows completion zsh > ~/.zfunc/_llmflows

_llmflows() {
  local -a answer whole open
  local line kept
  answer=("\${(@f)$(llmflows __complete zsh "\${(j: :)words[1,CURRENT-1]} $QIPREFIX$IPREFIX$PREFIX" </dev/null 2>/dev/null)}")
  (( \${#answer} > 1 )) || return 1
  (( kept = answer[1] - \${#QIPREFIX} - \${#IPREFIX} ))
  if (( kept > 0 )); then
    IPREFIX+=$PREFIX[1,kept]
    PREFIX=$PREFIX[kept+1,-1]
  fi
  for line in "\${(@)answer[2,-1]}"; do
    if [[ $line == +* ]]; then open+=("\${line[2,-1]}"); else whole+=("\${line[2,-1]}"); fi
  done
  _describe -t llmflows llmflows whole -- open -S ''
}

if [[ $funcstack[1] == _llmflows ]]; then
  _llmflows "$@"
else
  compdef _llmflows llmflows
fi
`,
  fish: `# Completion of llmflows for fish. To install it:
#   llmflows completion fish > ~/.config/fish/completions/llmflows.fish

complete -c llmflows -f -a '(llmflows __complete fish (commandline -cp | string collect) </dev/null 2>/dev/null)'
`,
}
