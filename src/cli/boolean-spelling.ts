interface FlagKind {
  readonly type: string
  /** True when `--no-NAME` is a word of its own. */
  readonly allowNo?: boolean
}

/**
 * Command line words with `--verbose=false` and `--verbose=true`, as istioctl writes boolean flags, put in oclif's words.
 * A flag that is off anyway and has no word for it is left out. Words after `--` are not flags.
 */
export function booleanSpelling(argv: readonly string[], flags: Readonly<Record<string, FlagKind>>): string[] {
  const end = argv.indexOf('--')
  return argv.flatMap((word, at) => {
    const [, name = '', value] = /^--([\w-]+)=(true|false)$/.exec(word) ?? []
    const flag = flags[name]
    if (flag?.type !== 'boolean' || (end >= 0 && at > end)) return [word]
    if (value === 'true') return [`--${name}`]
    return flag.allowNo === true ? [`--no-${name}`] : []
  })
}
