/** One sample of Prometheus text. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== ''; ) {
    const [whole, name, value] = LABEL.exec(rest) ?? []
    if (whole === undefined || name === undefined || value === undefined || name in labels)
      throw new Error(`bad labels: ${rest.slice(0, 80)}`)
    labels[name] = value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))
    rest = rest.slice(whole.length)
  }
  return labels
}

/**
 * Reads Prometheus text 0.0.4 as its documentation says, and throws on what a server would refuse: unknown escapes, a metric described twice
 * or after its samples, a series that comes twice, a last line without its end.
 */
export function expositionOf(text: string): {
  readonly samples: readonly Sample[]
  readonly types: ReadonlyMap<string, string>
} {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const samples: Sample[] = []
  const types = new Map<string, string>()
  const seen = new Set<string>()
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '' || /^# HELP /.test(line)) continue
    const [, described, type] =
      new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`).exec(line) ?? []
    if (described !== undefined && type !== undefined) {
      if (types.has(described) || samples.some(({name}) => name === described))
        throw new Error(`described twice: ${line}`)
      types.set(described, type)
      continue
    }
    const [, name, labels = '', value] =
      new RegExp(`^(${NAME})(?:\\{(.*)\\})? (-?\\d+(?:\\.\\d+)?)$`, 'su').exec(line) ?? []
    if (name === undefined) throw new Error(`no sample: ${line.slice(0, 80)}`)
    const sample = {name, labels: labelsOf(labels), value: Number(value)}
    const key = JSON.stringify([name, Object.entries(sample.labels).sort()])
    if (seen.has(key)) throw new Error(`twice: ${line.slice(0, 80)}`)
    seen.add(key)
    samples.push(sample)
  }
  return {samples, types}
}
