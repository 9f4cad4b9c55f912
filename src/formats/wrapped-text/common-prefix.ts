/** A prefix that only the other lines of the text give away. */
export interface CommonPrefix {
  readonly prefix: string
  readonly origin?: string
}

const NAME = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/
/** A pod's name holds a dash: `web-0`, `istio-cni-node-j457b`. Prose and commands rarely start with such a word. */
const POD_NAME = /^(?=.*-)(?=.*[a-z])[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/
/** Containers that a name beside a pod's may be although few lines carry it. */
const CONTAINER =
  /^(istio-(init|proxy|validation)|install-cni|ztunnel|discovery|linkerd-(init|proxy|network-validator)|proxy-init|kuma-(init|sidecar|validation)|consul-[a-z-]+|envoy|osm-init)$/
const SAMPLE = 2000
const OFTEN = 3

/** What `docker compose logs` puts in front: the container's name, filled up to the width of the longest. */
const COMPOSE = /^([a-zA-Z0-9][\w.-]{0,100} {1,60}\|)(?: |$)/

/** A row of `kubectl get pods`, whose name stands again in every line of `-w`. */
const POD_ROW = /^\S{1,300} {2,60}\d{1,4}\/\d{1,4} {2,60}\S/

const STARTS_WITH_NAME = /^[a-zA-Z0-9]/

/** What may be names at the start of a line: a container's and a bar; or a pod's, or a namespace and a pod's, also with the container's. */
function namesAtStart(line: string): readonly string[] {
  if (!STARTS_WITH_NAME.test(line) || POD_ROW.test(line)) return []
  const compose = COMPOSE.exec(line.slice(0, 200))?.[1]
  if (compose !== undefined) return [compose]
  const words = line.slice(0, 400).split(' ', 4)
  const pod = POD_NAME.test(words[0] ?? '') ? 0 : POD_NAME.test(words[1] ?? '') && NAME.test(words[0] ?? '') ? 1 : -1
  if (pod < 0) return []
  const own = words.slice(0, pod + 1)
  const container = words[pod + 1]
  return container !== undefined && NAME.test(container)
    ? [own.join(' '), [...own, container].join(' ')]
    : [own.join(' ')]
}

/** Which names precede how many lines. */
function countNames(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const line of lines.slice(0, SAMPLE))
    for (const names of namesAtStart(line)) counts.set(names, (counts.get(names) ?? 0) + 1)
  return counts
}

/** The names that stern announces: `+ web-0 › istio-init`, one space apart in front of every line after it. */
function announced(lines: readonly string[]): readonly string[] {
  return lines.slice(0, SAMPLE).flatMap(line => {
    const found = /^\+ ((?:[a-z0-9.-]+ )?[a-z0-9.-]+) › ([a-z0-9-]+)\s*$/.exec(line)
    return found === null ? [] : [`${found[1]} ${found[2]}`]
  })
}

/** True for a line that stern prints about itself: a container it starts or stops to follow. */
export function isSternNotice(line: string): boolean {
  return /^[+-] (?:[a-z0-9.-]+ )?[a-z0-9.-]+ › [a-z0-9-]+\s*$/.test(line)
}

/**
 * Finds which names of pods and containers precede the lines of a text, as stern (`POD CONTAINER MESSAGE`, with the namespace
 * first when it follows several) and `docker compose logs` print them. A name counts when most lines of the text carry names, and it at least three or a container's well-known name.
 */
export function nameReader(lines: readonly string[]): (line: string) => CommonPrefix | undefined {
  const filled = lines.filter(line => line.trim() !== '')
  const said = new Set(announced(filled))
  const counts = countNames(filled)
  const named = filled.slice(0, SAMPLE).filter(line => namesAtStart(line).length > 0).length
  const mostly = named > 0 && named >= Math.min(filled.length, SAMPLE) * 0.6
  if (said.size === 0 && !mostly) return () => undefined
  const often = (names: string) => mostly && (counts.get(names) ?? 0) >= OFTEN
  const counted = (names: string) =>
    said.has(names) || often(names) || (mostly && CONTAINER.test(names.split(' ').slice(1).at(-1) ?? ''))
  return line => {
    const [short, long] = namesAtStart(line)
    if (short === undefined) return undefined
    const whole = long !== undefined && counted(long) && (said.has(long) || sameEverywhere(short, long, counts))
    const names = whole ? long : counted(short) && !CONTAINER.test(short) ? short : undefined
    if (names === undefined) return undefined
    return {prefix: `${names} `, origin: names.replace(/\|$/, '').trimEnd().replaceAll(' ', '/')}
  }
}

/** The second name is a container's, and no word of the messages, when nearly every line of the pod has it or it is well known. */
function sameEverywhere(short: string, long: string, counts: ReadonlyMap<string, number>): boolean {
  const container = long.slice(short.length + 1)
  return CONTAINER.test(container) || (counts.get(long) ?? 0) >= (counts.get(short) ?? 0) * 0.3
}

/** True when every line has a mark of quoted mail in front: `> `. */
export function isQuotedMail(lines: readonly string[]): boolean {
  const filled = lines.filter(line => line.trim() !== '')
  return filled.length > 1 && filled.every(line => line.startsWith('>'))
}
