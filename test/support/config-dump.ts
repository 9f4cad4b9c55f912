/** A config_dump of hand-made sections, with the type names of an API version. */
export function configDump(
  sections: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  admin = 'envoy.admin.v3',
): Buffer {
  const configs = Object.entries(sections).map(([name, content]) => ({
    '@type': `type.googleapis.com/${admin}.${name}ConfigDump`,
    ...content,
  }))
  return Buffer.from(JSON.stringify({configs}))
}

/** The rows of a printed table, cells split at runs of two blanks or more (one for tables padded by one). */
export function cellsOf(text: string, gap = / {2,}/): readonly (readonly string[])[] {
  return text
    .trimEnd()
    .split('\n')
    .map(line => line.trimEnd().split(gap))
}
