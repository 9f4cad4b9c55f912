import {textOf} from '../formats/decode.js'
import {boundedMap} from '../model/collections/bounded-map.js'
import {answered, type Gap, gapSentence, isFailure, missing} from '../model/evidence/answer.js'
import {evidenceRow} from '../model/evidence/evidence.js'
import {UserError} from '../model/evidence/user-error.js'
import {type KubeObject, podLabel, podRefOf} from '../model/kube/kube-object.js'
import {openFiles} from './open.js'
import type {Source} from './source.js'

const LISTS_AT_ONCE = 4

function uidOf(pod: KubeObject): string | undefined {
  return textOf(pod, 'metadata', 'uid')
}

/** The bundle of an earlier capture, opened; anything else is refused. */
export async function openedCapture(path: string): Promise<Source> {
  const source = await openFiles([path])
  if (source.origin.kind === 'bundle') return source
  throw new UserError(`${path} is not a bundle`, {hint: 'Name the file that meshctl capture wrote.'})
}

/** True for what a capture could not read and another attempt may: refused, unreachable, timed out, or never asked. */
function isOpen(gap: Gap): boolean {
  return isFailure(gap) || gap.reason === 'not-captured'
}

/** The pods of a source, by namespace where it may not list them everywhere. */
async function podsIn(source: Source, namespaces: ReadonlySet<string>): Promise<readonly KubeObject[]> {
  const whole = await source.objects({kind: 'Pod'})
  if (whole.ok) return whole.value
  const lists = await boundedMap([...namespaces], LISTS_AT_ONCE, namespace => source.objects({kind: 'Pod', namespace}))
  if (lists.every(list => !list.ok)) throw new UserError(`cannot resume: ${gapSentence(whole.gap)}`)
  return lists.flatMap(list => (list.ok ? list.value : []))
}

/** The labels of the pods that are still the same: one of the same name with another uid has been replaced (Kubernetes API conventions, "metadata.uid"). */
async function samePods(previous: Source, live: Source): Promise<ReadonlySet<string>> {
  const then = await previous.objects({kind: 'Pod'})
  if (!then.ok) throw new UserError(`cannot resume ${previous.origin.label}: ${gapSentence(then.gap)}`)
  const namespaces = new Set(then.value.map(pod => podRefOf(pod).namespace))
  const uids = new Map((await podsIn(live, namespaces)).map(pod => [podLabel(podRefOf(pod)), uidOf(pod)]))
  const isSame = (pod: KubeObject) => uidOf(pod) !== undefined && uids.get(podLabel(podRefOf(pod))) === uidOf(pod)
  return new Set(then.value.filter(isSame).map(pod => podLabel(podRefOf(pod))))
}

/**
 * A source that answers what an earlier capture holds, and asks the live source for what failed then. The objects are those of the capture; a pod that
 * has been replaced since is not asked, since the answer would be about another pod. Throws if no pod of the capture exists any more.
 */
export async function resumedSource(previous: Source, live: Source): Promise<Source> {
  const same = await samePods(previous, live)
  if (same.size === 0)
    throw new UserError(`no pod of ${previous.origin.label} exists in ${live.origin.label}`, {
      hint: 'They are of another cluster, or have all been replaced since.',
      next: 'meshctl capture -A   # a new capture',
    })
  const {pages: _, rulings: __, kinds: ___, ...rest} = live
  return {
    ...rest,
    origin: {...live.origin, capturedAt: previous.origin.capturedAt},
    defaultNamespace: previous.defaultNamespace,
    objects: async query => {
      const before = await previous.objects(query)
      return before.ok || !isOpen(before.gap) ? before : await live.objects(query)
    },
    evidence: async (id, pod, query) => {
      const before = await previous.evidence(id, pod, query)
      if (before.ok || !isOpen(before.gap)) return before
      if (!same.has(podLabel(pod)))
        return missing(
          evidenceRow(id).title,
          'not-found',
          `${podLabel(pod)} has been replaced since ${previous.origin.capturedAt}`,
        )
      const now = await live.evidence(id, pod, query)
      if (!now.ok) return now
      const {provenance} = now.value
      return answered({
        ...now.value,
        provenance: {...provenance, capturedAt: provenance.capturedAt ?? new Date().toISOString()},
      })
    },
  }
}
