import {readConfigObject, ruleKind} from '../../formats/istio-config/config-object.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Gap} from '../../model/evidence/answer.js'
import {REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {KINDS, kindWord} from '../../model/kube/kinds.js'
import type {FilePlace, Source} from '../../sources/source.js'

/** One of the sources that are analysed together. */
export interface AnalyzedSource {
  readonly source: Source
  /** The name of its cluster, where there are several. */
  readonly cluster?: string
}

/** The configuration in a source. */
export interface ConfigInput {
  readonly objects: readonly ConfigObject[]
  /** True when a kind of which there is no object does not exist. */
  readonly complete: boolean
  /** The kinds that could not be read. */
  readonly unreadable: ReadonlyMap<string, Gap>
  place(object: ConfigObject, path: string | undefined): Promise<FilePlace | undefined>
}

/** Kinds that no rule about the configuration reads. */
const UNUSED = new Set(['Event', 'Endpoints', 'EndpointSlice', 'ReplicationController', 'ServiceAccount', 'ReplicaSet'])

/** The kinds besides those of Istio that a revision owns (istioctl analyze, revision filter). */
const OF_REVISION = [
  'Deployment',
  'ConfigMap',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'KubernetesGateway',
]

/** True for an object of another revision than the one asked for; one without the label belongs to every revision. */
export function isOfOtherRevision({kind, labels, raw}: ConfigObject, revision: string | undefined): boolean {
  const own = labels[REVISION_LABEL]
  if (revision === undefined || own === undefined || own === '' || own === revision) return false
  return OF_REVISION.includes(kind) || /\.istio\.io\//.test(raw.apiVersion)
}

/** Reads all objects that rules about the configuration use; objects without a namespace are placed in `namespace`. */
export async function readConfiguration(
  {source, cluster}: AnalyzedSource,
  namespace: string,
  istioNamespace: string,
): Promise<ConfigInput> {
  const {manifests, traits} = source
  if (manifests !== undefined && !traits.complete) {
    const objects = (await manifests.objects()).map(raw => readConfigObject(raw, namespace, cluster))
    return {
      objects,
      complete: false,
      unreadable: new Map(),
      place: ({raw}, path) => manifests.placeOf(raw, path),
    }
  }
  const unreadable = new Map<string, Gap>()
  const objects: ConfigObject[] = []
  for (const each of KINDS.filter(({kind}) => !UNUSED.has(kind))) {
    const kind = kindWord(each)
    const answer = await source.objects({
      kind,
      ...definedFields({namespace: kind === 'ConfigMap' ? istioNamespace : undefined}),
    })
    if (!answer.ok) unreadable.set(ruleKind(each), answer.gap)
    else for (const raw of answer.value) objects.push(readConfigObject(raw, namespace, cluster))
  }
  const what = 'Secrets'
  unreadable.set('Secret', {what, reason: 'not-captured', detail: 'meshctl does not read Secrets from a cluster'})
  return {objects, complete: traits.complete, unreadable, place: async () => undefined}
}
