/** The shells a completion script can be had for. */
export type Shell = 'bash' | 'zsh' | 'fish' | 'powershell'

const BASH = (bin: string) => `# ${bin} completion for bash: source <(${bin} completion bash)
_${bin}_complete() {
  local line directive candidates=()
  while IFS= read -r line; do candidates+=("\${line%%$'\\t'*}"); done < <(${bin} complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
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
  local -a lines candidates
  local line
  lines=("\${(@f)$(${bin} complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  local directive="\${lines[-1]}"
  for line in "\${(@)lines[1,-2]}"; do
    if [[ "$line" == *$'\\t'* ]]; then
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      candidates+=("\${line//:/\\\\:}")
    fi
  done
  _describe '${bin}' candidates
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

const POWERSHELL = (
  bin: string,
) => `# ${bin} completion for PowerShell: ${bin} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${bin} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -eq '') { $words += '' }
  $lines = @(& ${bin} complete -- @words 2>$null)
  foreach ($line in ($lines | Select-Object -SkipLast 1)) {
    $parts = $line.Split([char]9, 2)
    $meaning = if ($parts.Length -gt 1) { $parts[1] } else { $parts[0] }
    [System.Management.Automation.CompletionResult]::new($parts[0], $parts[0], 'ParameterValue', $meaning)
  }
}
`

/** The script that teaches a shell to complete the program's words. */
export function completionScript(shell: Shell, bin: string): string {
  const scripts = {bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL}
  return scripts[shell](bin)
}
