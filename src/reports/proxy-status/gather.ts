import {
  askFile,
  askIstiods,
  type IstiodAnswer,
  type IstiodScope,
  listedProxies,
  runningIstiods,
} from '../../evidence/control-plane/istiods.js'
import {listOf} from '../../formats/decode.js'
import {hasProxy, podRevision} from '../../formats/kube-pod/proxy-pod.js'
import {heldForm} from '../../formats/without-bulk.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Gap} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import {type KubeObject, podLabel, podRefOf} from '../../model/kube/kube-object.js'
import {objectPages} from '../../sources/object-pages.js'
import type {Source} from '../../sources/source.js'
import {optional, required} from '../report.js'

/** Which istiods and pods to read. */
export interface Scope extends IstiodScope {
  readonly namespace?: string | undefined
}

/** The pods and the answers of every istiod; an error if there is no istiod or none answered. */
export async function gather(
  source: Source,
  filter: Scope,
  gaps: Gap[],
): Promise<{readonly pods: readonly KubeObject[] | undefined; readonly istiods: readonly IstiodAnswer[]}> {
  if (source.impliedSubject !== undefined) {
    const istiods = await askFile(source, source.impliedSubject)
    const gap = istiods[0]?.silent
    if (gap !== undefined) required({ok: false, gap}, source)
    return {pods: undefined, istiods}
  }
  const control = required(await runningIstiods(source, filter), source)
  if (control.length === 0) {
    const revision = filter.revision === undefined ? '' : ` of revision ${filter.revision}`
    throw new UserError(
      `no running istiod${revision} in namespace ${filter.istioNamespace} of ${source.origin.label}`,
      {
        hint: 'Specify its namespace with -i, or omit --revision.',
      },
    )
  }
  const istiods = await askIstiods(source, control)
  const gapsOf = istiods.flatMap(({silent, label}) =>
    silent === undefined ? [] : [{...silent, what: `proxies of ${label}`}],
  )
  const [first] = gapsOf
  if (first !== undefined && gapsOf.length === istiods.length) required({ok: false, gap: first}, source)
  gaps.push(...gapsOf)
  return {pods: await podsBeside(source, filter.namespace, listedProxies(istiods), gaps), istiods}
}

/** The pods of a namespace, or of all; of a pod that some istiod lists only what is said about it, for a fleet has thousands. */
async function podsBeside(
  source: Source,
  namespace: string | undefined,
  listed: ReadonlyMap<string, unknown>,
  gaps: Gap[],
): Promise<readonly KubeObject[] | undefined> {
  if (namespace !== undefined) return optional(await source.objects({kind: 'Pod', namespace}), gaps)
  const held = heldForm('Pod')
  const read = (pod: KubeObject) =>
    held(hasProxy(pod) && listed.has(podLabel(podRefOf(pod))) ? connectedForm(pod) : pod)
  let pods: KubeObject[] = []
  for await (const page of objectPages(source, {kind: 'Pod'}, read)) {
    if (!page.ok) return optional(page, gaps)
    if (page.value.begins) pods = []
    pods.push(...page.value.items)
  }
  return pods
}

/** The containers of a pod that has a proxy, as far as they matter once it is connected. */
const WITH_PROXY = {containers: [{name: 'istio-proxy'}]}

/** What is said about a connected proxy by its pod: selectors of objects match its labels, its revision is shown, and logs of istiod name its addresses. */
function connectedForm(pod: KubeObject): KubeObject {
  const {name, namespace, labels} = pod.metadata
  const annotations = {[REVISION_LABEL]: podRevision(pod)}
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: {name, annotations, ...definedFields({namespace, labels})},
    spec: WITH_PROXY,
    status: {podIPs: listOf(pod, 'status', 'podIPs')},
  }
}
