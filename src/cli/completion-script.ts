/** The shells with a completion script. */
export type Shell = 'bash' | 'zsh' | 'fish'

const BASH = (bin: string) => `# ${bin} completion for bash: source <(${bin} completion bash)
_${bin}_complete() {
  local line directive candidates=()
  while IFS= read -r line; do candidates+=("$line"); done < <(${bin} complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "\${#candidates[@]}" -eq 0 ]; then return; fi
  directive="\${candidates[-1]}"
  unset 'candidates[-1]'
  COMPREPLY=("\${candidates[@]}")
  if [ "$directive" = ":0" ]; then
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
  if [[ "\${COMPREPLY[0]}" == *: ]]; then compopt -o nospace; fi
}
complete -F _${bin}_complete ${bin}
`

const ZSH = (bin: string) => `#compdef ${bin}
# ${bin} completion for zsh: source <(${bin} completion zsh)
_${bin}() {
  local -a candidates
  candidates=("\${(@f)$(${bin} complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  local directive="\${candidates[-1]}"
  candidates=("\${(@)candidates[1,-2]}")
  compadd -- "\${candidates[@]}"
  if [[ "$directive" == ":0" ]]; then _files; fi
}
compdef _${bin} ${bin}
`

const FISH = (bin: string) => `# ${bin} completion for fish: ${bin} completion fish | source
function __${bin}_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines (${bin} complete -- $words[2..-1] 2>/dev/null)
  for line in $lines[1..-2]
    echo $line
  end
  if test "$lines[-1]" = ":0"
    __fish_complete_path (commandline -ct)
  end
end
complete -c ${bin} -f -a '(__${bin}_complete)'
`

/** The completion script of a shell. */
export function completionScript(shell: Shell, bin: string): string {
  const scripts = {bash: BASH, zsh: ZSH, fish: FISH}
  return scripts[shell](bin)
}
