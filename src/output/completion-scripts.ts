/** The shells that can ask dbfleet how a command line may go on. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/**
 * The variable in which they hand words over, one a line: the one that is being written, after a dot, so
 * that it is never empty, then those before it.
 */
export const WORDS = 'DBFLEET_WORDS'

const BASH = `_dbfleet() {
  local IFS=$'\\n'
  local words=(".\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  # Where nothing is known, bash offers files.
  COMPREPLY=($(${WORDS}="\${words[*]}" dbfleet completion words 2>/dev/null))
}
complete -o default -F _dbfleet dbfleet
`

const ZSH = `#compdef dbfleet
_dbfleet() {
  local -a candidates
  candidates=("\${(@f)$(${WORDS}=".\${words[CURRENT]}"$'\\n'"\${(F)words[2,CURRENT-1]}" dbfleet completion words 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then
    compadd -a candidates
  else
    _files
  fi
}
compdef _dbfleet dbfleet
`

const FISH = `function __dbfleet_words
  set -l current (commandline -ct)
  set -l before (commandline -opc)
  set -e before[1]
  set -l candidates (${WORDS}=(string join -- \\n ".$current[1]" $before | string collect) dbfleet completion words 2>/dev/null)
  if count $candidates >/dev/null
    printf '%s\\n' $candidates
  else
    __fish_complete_path "$current[1]"
  end
end
complete -c dbfleet -f -a '(__dbfleet_words)'
`

const SCRIPTS: Record<Shell, string> = { bash: BASH, zsh: ZSH, fish: FISH }

/** What a shell has to run, so that it completes command lines of dbfleet. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell]
}
