/** Command line words with `--verbose=false` and `--verbose=true`, as istioctl writes boolean flags, put in oclif's words. */
export function booleanSpelling(
  argv: readonly string[],
  flags: Readonly<Record<string, {readonly type: string}>>,
): string[] {
  return argv.map(word => {
    const [, name = '', value] = /^--([\w-]+)=(true|false)$/.exec(word) ?? []
    if (flags[name]?.type !== 'boolean') return word
    return value === 'true' ? `--${name}` : `--no-${name}`
  })
}
