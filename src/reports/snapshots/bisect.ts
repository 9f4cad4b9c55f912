import {createHash} from 'node:crypto'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {at, listOf, numberOf, textOf} from '../../formats/decode.js'
import {hasProxy} from '../../formats/kube-pod/proxy-pod.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {own} from '../../model/collections/own.js'
import type {ConfigSection} from '../../model/envoy/config-change.js'
import type {Gap} from '../../model/evidence/answer.js'
import {combined} from '../../model/evidence/provenance.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type KubeObject, podLabel, podRefOf} from '../../model/kube/kube-object.js'
import {humanCount} from '../../model/text/human-count.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {readAnswer} from '../diff/pair.js'
import type {DumpConfig} from '../diff/proxy-config.js'
import {workloadName} from '../diff/workload.js'
import type {Report} from '../report.js'
import type {View} from '../view.js'

/** What to search for: resources of a section whose name contains a text, or endpoints with an address. */
export interface BisectQuery {
  readonly section: ConfigSection
  readonly text: string
  /** Only this pod, or the pods of its workload if it no longer exists. */
  readonly pod?: string | undefined
}

export interface Sighting {
  readonly snapshot: string
  readonly capturedAt: string
  /** Proxies that have it, and how many could be read. */
  readonly having: readonly string[]
  /** A digest of what each of those proxies has, by proxy. */
  readonly contents: ReadonlyMap<string, string>
  readonly asked: number
}

export interface BisectReport extends Report {
  readonly wish: BisectQuery
  readonly sightings: readonly Sighting[]
}

const WORDS: Readonly<Record<string, ConfigSection>> = {
  cluster: 'clusters',
  listener: 'listeners',
  route: 'routes',
  endpoint: 'endpoints',
  secret: 'secrets',
  extension: 'extensions',
}

/** Parses `cluster/NAME`, `endpoint/10.0.0.1:80`, …; an unknown kind is an error that lists the valid ones. */
export function parseBisectQuery(text: string, pod: string | undefined): BisectQuery {
  const slash = text.indexOf('/')
  const word = text.slice(0, slash < 0 ? undefined : slash).replace(/s$/, '')
  const section = own(WORDS, word)
  if (slash < 1 || section === undefined || slash === text.length - 1) {
    throw new UserError(`invalid resource ${JSON.stringify(text)}`, {
      hint: `Use KIND/NAME with one of these kinds: ${Object.keys(WORDS).join(', ')}; a part of the name is enough.`,
      next: 'meshctl snapshot bisect cluster/ratings.demo',
    })
  }
  return {section, text: text.slice(slash + 1), pod}
}

function addresses(resource: unknown): readonly string[] {
  return listOf(resource, 'endpoints')
    .flatMap(group => listOf(group, 'lb_endpoints'))
    .map(each => at(each, 'endpoint', 'address', 'socket_address'))
    .map(socket => `${textOf(socket, 'address') ?? ''}:${numberOf(socket, 'port_value') ?? ''}`)
}

function addressHit(resource: unknown, text: string): boolean {
  const host = text.replace(/:\d+$/, '')
  return addresses(resource).some(each => each === text || each.replace(/:[^:]*$/, '') === host)
}

function isHit(name: string, resource: unknown, {section, text}: BisectQuery): boolean {
  if (section === 'endpoints' && addressHit(resource, text)) return true
  return name.includes(text) && (section !== 'endpoints' || addresses(resource).length > 0)
}

/** A digest of all that a proxy has of it, whatever the order of the dump; undefined when it has nothing. */
function contentOf(config: DumpConfig, wish: BisectQuery): string | undefined {
  const hits = [...(config.sections.get(wish.section) ?? [])].filter(([name, resource]) => isHit(name, resource, wish))
  if (hits.length === 0) return undefined
  // A search for an address asks whether it is there, not what is beside it.
  const byAddress = ([, resource]: (typeof hits)[number]) =>
    wish.section === 'endpoints' && addressHit(resource, wish.text)
  const sorted = hits.sort(([a], [b]) => byText(a, b))
  const text = JSON.stringify(sorted.map(hit => (byAddress(hit) ? wish.text : hit)))
  return createHash('sha256').update(text).digest('hex')
}

/** How many proxies have it in both snapshots, but not the same. */
function changedBetween(before: Sighting, now: Sighting): number {
  return [...now.contents].filter(([pod, content]) => (before.contents.get(pod) ?? content) !== content).length
}

function wanted(pods: readonly KubeObject[], pod: string | undefined): readonly KubeObject[] {
  const proxies = pods.filter(hasProxy)
  if (pod === undefined) return proxies
  return proxies.filter(each => {
    const label = podLabel(podRefOf(each))
    const workload = workloadName(each).replace(/^[^/]*\//, '')
    return label === pod || each.metadata.name === pod || workload === pod || workload.startsWith(`${pod}.`)
  })
}

async function sighting(source: Source, name: string, wish: BisectQuery, gaps: Gap[]): Promise<Sighting> {
  const pods = await source.objects({kind: 'Pod'})
  if (!pods.ok) gaps.push(pods.gap)
  const contents = new Map<string, string>()
  let asked = 0
  for (const pod of wanted(pods.ok ? pods.value : [], wish.pod)) {
    const ref = podRefOf(pod)
    const config = readAnswer(await source.evidence('envoy.config_dump', ref))
    if (!config.ok) continue
    asked++
    const content = contentOf(config.value, wish)
    if (content !== undefined) contents.set(podLabel(ref), content)
  }
  return {snapshot: name, capturedAt: source.origin.capturedAt ?? '', having: [...contents.keys()], contents, asked}
}

/** Searches every snapshot for a resource, oldest first; failing if it existed and is gone in the newest. */
export async function bisectReport(
  names: readonly string[],
  open: (name: string) => Promise<Source>,
  wish: BisectQuery,
): Promise<BisectReport> {
  const gaps: Gap[] = []
  const read = await boundedMap(names, 2, async name => {
    const source = noted(await open(name))
    try {
      const seen = await sighting(source, name, wish, gaps)
      return {seen, provenance: answeredFrom(source).provenance}
    } finally {
      await source.close()
    }
  })
  const sightings = read.map(({seen}) => seen)
  const provenance = combined(read.map(({seen, provenance: each}) => [`snapshot ${seen.snapshot}`, each]))
  const captured = sightings.filter(each => each.asked > 0)
  const gone = captured.some(each => each.having.length > 0) && captured.at(-1)?.having.length === 0
  return {origin: {kind: 'bundle', label: 'snapshots'}, provenance, gaps, notes: [], wish, sightings, failing: gone}
}

/** The snapshots between which it appeared or disappeared, as text. */
function verdict({sightings, wish}: BisectReport): readonly string[] {
  const captured = sightings.filter(each => each.asked > 0)
  const what = `${wish.section} ${wish.text}`
  if (captured.every(each => each.having.length === 0))
    return [`${what}: not found in any of ${humanCount(captured.length, 'snapshot')}.`]
  const lines: string[] = []
  captured.forEach((now, index) => {
    const before = captured[index - 1]
    if (before === undefined) return
    const changed = changedBetween(before, now)
    if (before.having.length === now.having.length && changed === 0) return
    const verb =
      before.having.length === now.having.length
        ? `changed in ${humanCount(changed, 'proxy', 'proxies')}`
        : now.having.length === 0
          ? 'disappeared'
          : before.having.length === 0
            ? 'appeared'
            : `went from ${before.having.length} to ${humanCount(now.having.length, 'proxy', 'proxies')}`
    lines.push(
      `${what} ${verb} between ${before.snapshot} (${before.capturedAt}) and ${now.snapshot} (${now.capturedAt}).`,
    )
  })
  return lines.length === 0
    ? [`${what}: unchanged in ${captured.length === 1 ? 'the only snapshot' : `all ${captured.length} snapshots`}.`]
    : lines
}

/** When a resource appeared or disappeared, then a row per snapshot. */
export const bisectView: View<BisectReport> = {
  doc: report => [
    {block: 'text', lines: [...verdict(report), '']},
    {
      block: 'table',
      style: 'columns',
      header: ['SNAPSHOT', 'CAPTURED', 'PROXIES'],
      rows: report.sightings.map(({snapshot, capturedAt, having, asked}) => [
        snapshot,
        capturedAt,
        asked === 0 ? {text: 'not captured', tone: 'dim'} : `${having.length} of ${asked}`,
      ]),
    },
  ],
  data: ({wish, sightings}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'SnapshotBisect',
    ...wish,
    sightings: sightings.map(({contents, ...rest}) => ({...rest, contents: Object.fromEntries(contents)})),
  }),
}
