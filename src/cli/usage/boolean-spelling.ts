interface FlagKind {
  readonly type: string
  /** True when a flag accepts `--no-NAME`. */
  readonly allowNo?: boolean
}

/**
 * Rewrites `--verbose=false` and `--verbose=true`, istioctl's form of boolean flags, into the form oclif accepts.
 * A flag that is off by default is removed when set to false. Words after `--` are not flags.
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
