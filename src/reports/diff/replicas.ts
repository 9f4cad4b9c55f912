import {createHash} from 'node:crypto'
import {normalForm} from '../../analysis/config-diff/normal-form.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {listOf, textOf} from '../../formats/decode.js'
import {hasProxy, isAlive} from '../../formats/kube-pod/proxy-pod.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import {CONFIG_SECTIONS, type ConfigSection} from '../../model/envoy/config-change.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type KubeObject, type PodRef, podLabel, podRefOf} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {type PairDiff, pairDiff, readAnswer} from './pair.js'
import type {DumpConfig} from './proxy-config.js'
import {type DiffReport, differs} from './report.js'
import {workloadName} from './workload.js'

type Prints = ReadonlyMap<ConfigSection, string>

/** One hash per section, equal for equal configurations; the pod's own name and addresses are masked. */
function fingerprints(config: DumpConfig): Prints {
  const prints = new Map<ConfigSection, string>()
  for (const section of CONFIG_SECTIONS) {
    const resources = config.sections.get(section)
    if (resources === undefined || section === 'secrets') continue
    const hash = createHash('sha256')
    const lines = [...resources].map(([name, json]) => JSON.stringify(normalForm([name, json], config.own)))
    for (const line of [...new Set(lines)].sort(byText)) hash.update(line).update('\n')
    prints.set(section, hash.digest('hex'))
  }
  return prints
}

function key(prints: Prints): string {
  return [...prints].map(([section, print]) => `${section}=${print}`).join(' ')
}

interface Replica {
  readonly pod: PodRef
  readonly prints: Prints
}

type Own = DumpConfig['own']

/** Names and addresses of all replicas: a headless Service gives each proxy listeners for the addresses of the others. */
function ownOf(pods: readonly KubeObject[]): Own {
  const pairs = pods.flatMap((pod): [string, string][] => {
    const ips = listOf(pod, 'status', 'podIPs').flatMap(each => textOf(each, 'ip') ?? [])
    return [[pod.metadata.name, '<replica name>'], ...ips.map((ip): [string, string] => [ip, '<replica address>'])]
  })
  return pairs.sort(([a], [b]) => b.length - a.length)
}

async function load(source: Source, pod: PodRef, own: Own, gaps: Gap[]): Promise<DumpConfig | undefined> {
  const config = readAnswer(await source.evidence('envoy.config_dump', pod))
  if (config.ok) return {...config.value, own}
  gaps.push(config.gap)
  return undefined
}

/** The certificates of replicas always differ and are left out. */
function withoutSecrets(config: DumpConfig): DumpConfig {
  const sections = new Map(config.sections)
  sections.delete('secrets')
  return {...config, sections, absent: new Map([...config.absent, ['secrets', 'each replica has its own']])}
}

/** The replicas that differ from the most common configuration of their workload, each compared with one that has it. */
async function differingReplicas(
  source: Source,
  pods: readonly KubeObject[],
  gaps: Gap[],
): Promise<readonly PairDiff[]> {
  const replicas: Replica[] = []
  const own = ownOf(pods)
  for (const pod of pods) {
    const ref = podRefOf(pod)
    const config = await load(source, ref, own, gaps)
    if (config !== undefined) replicas.push({pod: ref, prints: fingerprints(config)})
  }
  const groups = groupedBy(replicas, ({prints}) => key(prints))
  const [common, ...others] = [...groups.values()].sort((a, b) => b.length - a.length)
  const model = common?.[0]
  if (model === undefined || others.length === 0) return []
  const modelConfig = await load(source, model.pod, own, gaps)
  if (modelConfig === undefined) return []
  const pairs: PairDiff[] = []
  for (const odd of others.flat()) {
    const config = await load(source, odd.pod, own, gaps)
    if (config === undefined) continue
    const like = `${podLabel(model.pod)} (as ${common?.length ?? 1} of ${replicas.length} replicas)`
    pairs.push(
      pairDiff(podLabel(odd.pod), [like, withoutSecrets(modelConfig)], [podLabel(odd.pod), withoutSecrets(config)], {
        mask: true,
      }),
    )
  }
  return pairs.sort((a, b) => byText(a.name, b.name))
}

/** Compares the replicas of each workload with one another; those that differ are reported with their differences. */
export async function replicasReport(given: Source, pods: readonly KubeObject[], asked: string): Promise<DiffReport> {
  const source = noted(given)
  const byWorkload = groupedBy(
    pods.filter(each => hasProxy(each) && isAlive(each)),
    workloadName,
  )
  const several = [...byWorkload].filter(([, replicas]) => replicas.length > 1).sort(([a], [b]) => byText(a, b))
  if (several.length === 0) {
    throw new UserError(`nothing to compare: ${asked} has fewer than two running replicas with a proxy`)
  }
  const gaps: Gap[] = []
  const pairs: PairDiff[] = []
  for (const [, replicas] of several) pairs.push(...(await differingReplicas(source, replicas, gaps)))
  const count = several.reduce((sum, [, replicas]) => sum + replicas.length, 0)
  const result = {pairs, onlyFirst: [], onlySecond: []}
  return {
    ...result,
    ...answeredFrom(source),
    gaps,
    notes: [`compared ${count} replicas of ${several.map(([name]) => name).join(', ')}`],
    kind: 'replicas',
    first: asked,
    second: 'its replicas',
    failing: differs(result),
  }
}
