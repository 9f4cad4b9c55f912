import {createHash} from 'node:crypto'
import {readEvent} from '../../../formats/kube/kube-event.js'
import {podOfMachine} from '../../../formats/kube-pod/machine-pod.js'
import {readPod} from '../../../formats/kube-pod/parse.js'
import {boundedMap} from '../../../model/collections/bounded-map.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {type Answer, type Gap, gapSentence} from '../../../model/evidence/answer.js'
import {UserError} from '../../../model/evidence/user-error.js'
import type {KubeEvent} from '../../../model/kube/kube-event.js'
import type {KubeObject} from '../../../model/kube/kube-object.js'
import {hasEnded, objectLabel, type PodModel} from '../../../model/kube/pod.js'
import {matchesLabels, parseSelector} from '../../../model/kube/selector.js'
import {byText} from '../../../model/text/order.js'
import {objectPages} from '../../../sources/object-pages.js'
import type {Page, Source} from '../../../sources/source.js'
import type {Target} from '../../../sources/subject.js'
import {podlessWorkloads} from './podless-workloads.js'
import {checkTargets, noPods} from './targets.js'

/** One page of the pods to check. */
export interface PodListPage {
  readonly pods: readonly PodModel[]
  /** Pods read for this page, including those of other shards and terminated ones. */
  readonly read: number
  /** True when earlier pages are obsolete: an expired list restarted. */
  readonly begins: boolean
  /** True when the list continued from a later resource version. */
  readonly later: boolean
  /** Remaining pods, if known. */
  readonly remaining?: number
  /** Parts of the mesh whose pods could not be listed. */
  readonly unlisted: readonly Gap[]
  /** After the last pod of a namespace or cluster: the namespaces seen, and which workloads have no pods by the events of those. */
  readonly ending?: {
    readonly namespaces: ReadonlySet<string>
    readonly podless: (events: readonly KubeEvent[]) => Promise<readonly PodModel[]>
  }
}

type PodList = AsyncGenerator<Answer<Page<PodModel | undefined>>>

/** Namespaces listed concurrently when the cluster cannot be listed. */
const NAMESPACES_AT_ONCE = 8

/** Whether a pod belongs to one of several shards, counted from 0; by workload, so that each workload is checked exactly once. */
function inShard(shard: string | undefined): (pod: PodModel) => boolean {
  if (shard === undefined) return () => true
  const [, index, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(shard) ?? []
  if (index === undefined || Number(index) >= Number(count)) {
    throw new UserError(`invalid --shard ${JSON.stringify(shard)}`, {
      hint: 'Use I/N counted from 0, as Indexed Jobs do: 0/4, 1/4, 2/4, 3/4.',
    })
  }
  return ({workload}) =>
    createHash('sha256').update(objectLabel(workload)).digest().readUInt32BE(0) % Number(count) === Number(index)
}

/** The given objects as one page. */
export async function* onePage(objects: readonly KubeObject[]): AsyncGenerator<PodListPage> {
  const pods = objects.map(object => readPod(podOfMachine(object) ?? object)).filter(pod => pod !== undefined)
  yield {pods, read: objects.length, begins: true, later: false, unlisted: []}
}

function podsOf(source: Source, target: Target, namespace: string | undefined): PodList {
  const labels = target.selector === undefined ? [] : parseSelector(target.selector)
  const query = {
    kind: 'Pod',
    namespace,
    ...definedFields({labels: labels.length === 0 ? undefined : labels}),
  }
  // A source may return more than the selector matches.
  return objectPages(source, query, object => {
    const pod = readPod(object)
    return pod !== undefined && matchesLabels(labels, pod.labels) ? pod : undefined
  })
}

function cannotList(source: Source, gap: Gap, more = ''): UserError {
  return new UserError(`cannot list pods in ${source.origin.label}: ${gapSentence(gap)}${more}`, {
    ...(gap.reason === 'unreachable'
      ? {
          hint: 'Is this the right cluster (--context, -c), and is its API server running?',
          next: 'kubectl cluster-info',
        }
      : {}),
  })
}

/** The pods of a page without the terminated ones. */
function alive({items, ...page}: Page<PodModel | undefined>): PodListPage {
  const pods = items.filter(pod => pod !== undefined && !hasEnded(pod.status?.phase))
  return {...page, pods: pods as readonly PodModel[], read: items.length, unlisted: []}
}

/** Lists namespace by namespace when the cluster may not be listed; forbidden namespaces are reported. */
async function* byNamespace(source: Source, target: Target, refused: Gap): AsyncGenerator<PodListPage> {
  const answer = await source.objects({kind: 'Namespace'})
  if (!answer.ok) {
    throw new UserError(`cannot list pods in ${source.origin.label}: ${gapSentence(refused)}`, {
      hint: 'Listing namespaces is not permitted either.',
      next: 'specify a namespace with -n',
    })
  }
  const names = answer.value.map(({metadata}) => metadata.name).sort(byText)
  const unlisted: string[] = []
  for (let at = 0; at < names.length; at += NAMESPACES_AT_ONCE) {
    const lists = names.slice(at, at + NAMESPACES_AT_ONCE).map(name => ({name, list: podsOf(source, target, name)}))
    const first = await boundedMap(lists, NAMESPACES_AT_ONCE, async each => await each.list.next())
    const pods: PodModel[] = []
    let read = 0
    for (const [index, {name}] of lists.entries()) {
      const page = first[index]
      if (page === undefined || page.done === true) continue
      if (page.value.ok) {
        pods.push(...alive(page.value.value).pods)
        read += page.value.value.items.length
      } else if (page.value.gap.reason === 'forbidden') unlisted.push(name)
      else throw cannotList(source, page.value.gap)
    }
    yield {pods, read, begins: at === 0, later: false, unlisted: []}
    for (const {list} of lists) {
      for await (const page of list) {
        if (!page.ok) throw cannotList(source, page.gap)
        if (page.value.begins)
          throw new UserError(`the list of pods in ${source.origin.label} expired while it was read`)
        const {remaining: _, ...rest} = alive(page.value)
        yield rest
      }
    }
  }
  if (unlisted.length === names.length) throw cannotList(source, refused, ', and in no namespace either')
  if (unlisted.length === 0) return
  const what = `the pods of ${unlisted.length} of ${names.length} namespaces`
  const detail = `not allowed to list pods in ${unlisted.join(', ')}`
  yield {pods: [], read: 0, begins: false, later: false, unlisted: [{...refused, what, detail}]}
}

/** The namespace whose pods are listed; undefined for all of them. */
function listedNamespace(source: Source, target: Target): string | undefined {
  return target.allNamespaces === true ? undefined : (target.namespace ?? source.defaultNamespace)
}

async function* everyPod(source: Source, target: Target): AsyncGenerator<PodListPage> {
  const namespace = listedNamespace(source, target)
  let seen = 0
  for await (const page of podsOf(source, target, namespace)) {
    if (page.ok) {
      seen = page.value.begins ? page.value.items.length : seen + page.value.items.length
      yield alive(page.value)
    } else if (seen === 0 && namespace === undefined && page.gap.reason === 'forbidden') {
      yield* byNamespace(source, target, page.gap)
    } else throw cannotList(source, page.gap, seen === 0 ? '' : ` (after ${seen} pods)`)
  }
}

/** The pods and templates to check, page by page: those named, everything in given files, else those of a namespace, a selector or the cluster. */
export async function* podListPages(
  source: Source,
  names: readonly string[],
  target: Target,
  shard?: string,
): AsyncGenerator<PodListPage> {
  const mine = inShard(shard)
  const listed = names.length === 0 && source.manifests === undefined && source.impliedSubject === undefined
  const workloads = new Set<string>()
  const namespaces = new Set<string>()
  const podless = async (events: readonly KubeEvent[]) =>
    (await podlessWorkloads(source, events, workloads, target)).filter(mine)
  let pods = 0
  for await (const page of listed ? everyPod(source, target) : onePage(await checkTargets(source, names, target))) {
    if (page.begins) {
      pods = 0
      workloads.clear()
      namespaces.clear()
    }
    pods += page.pods.length
    for (const {workload, object} of page.pods) {
      workloads.add(objectLabel(workload))
      namespaces.add(object.namespace)
    }
    yield {...page, pods: page.pods.filter(mine)}
  }
  if (!listed) return
  const end = {pods: [], read: 0, begins: false, later: false, unlisted: []}
  if (pods > 0) yield {...end, ending: {namespaces, podless}}
  else {
    const events = await source.objects({kind: 'Event', ...definedFields({namespace: listedNamespace(source, target)})})
    const templates = events.ok ? await podless(events.value.map(readEvent)) : []
    if (templates.length === 0) throw noPods(source, target)
    yield {...end, pods: templates, read: templates.length}
  }
}
