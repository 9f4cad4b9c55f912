import {isObject, listOf, textOf} from '../../formats/decode.js'
import {parseConfigDump} from '../../formats/envoy-config-dump/parse.js'
import {parseJson} from '../../formats/json-text.js'
import {openFields, untranslated} from '../../istiod/untranslated.js'
import {once, onceByKey} from '../../model/collections/once.js'
import {type Answer, answered} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {objectLabel, objectRefOf} from '../../model/kube/pod.js'
import {type Overlay, overlaySource} from '../../sources/overlay.js'
import type {Source} from '../../sources/source.js'
import {type Basis, basisOf, editFor} from './basis.js'
import {touchesAmbient, withEnrolment, withoutAmbientConfig} from './enrolment.js'

interface ChangedDump {
  readonly artifact: Answer<Artifact>
  /** Clusters whose endpoints the running proxy does not know. */
  readonly changed: ReadonlySet<string>
}

function bytesOf(json: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(json))
}

/** The configuration a pod's proxy would get from istiod. */
async function changedDump(source: Source, basis: Basis, subject: PodRef): Promise<ChangedDump> {
  const artifact = await source.evidence('envoy.config_dump', subject)
  const pod = basis.pods.find(({ref}) => ref.name === subject.name && ref.namespace === subject.namespace)
  const dump = artifact.ok ? parseConfigDump(artifact.value) : artifact
  if (!artifact.ok || !dump.ok || pod === undefined) return {artifact, changed: new Set()}
  const {json, changed} = editFor(basis, basis.after)(dump.value.json, pod)
  return {
    artifact: answered({
      ...artifact.value,
      bytes: bytesOf(json),
      provenance: {...artifact.value.provenance, computed: true},
    }),
    changed,
  }
}

/** The page of endpoints without those of clusters that would be others. */
function unchangedClusters(page: Artifact, changed: ReadonlySet<string>): Artifact {
  const json = parseJson(page.bytes, 'clusters page')
  if (!json.ok || !isObject(json.value) || changed.size === 0) return page
  const kept = listOf(json.value, 'cluster_statuses').filter(each => !changed.has(textOf(each, 'name') ?? ''))
  return {...page, bytes: bytesOf({...json.value, cluster_statuses: kept})}
}

/** What the answers of the source assume, and which part of the change they leave out. */
function assumptions({apply, remove}: Overlay): readonly string[] {
  const applied = apply.map(objectRefOf)
  const foreign = untranslated(applied, remove)
  const open = openFields(apply)
  return [
    ...(apply.length === 0 ? [] : [`assumed as applied: ${applied.map(objectLabel).join(', ')}`]),
    ...(remove.length === 0 ? [] : [`assumed as deleted: ${remove.map(objectLabel).join(', ')}`]),
    ...(foreign.length === 0
      ? []
      : [`what ${foreign.join(', ')} would change in proxies needs istiod's own translation: not predicted`]),
    ...(open.length === 0 ? [] : [`not predicted: ${open.join('; ')}`]),
  ]
}

/**
 * The source as it would be after a change: its objects, and the Envoy configuration that istiod would make of them. All other
 * evidence is that of now.
 */
export function changedSource(source: Source, overlay: Overlay, istioNamespace: string): Source {
  const laid = overlaySource(source, overlay)
  const ambient = touchesAmbient(overlay)
  const enrolled = once(async () => (ambient ? withoutAmbientConfig(await withEnrolment(source, laid)) : laid))
  let basis: Promise<Basis> | undefined
  const dumps = onceByKey<Promise<ChangedDump>>()
  const dumpOf = (subject: PodRef) =>
    dumps(podLabel(subject), async () => {
      basis ??= basisOf(source, overlay, [], istioNamespace)
      return await changedDump(source, await basis, subject)
    })
  return {
    ...laid,
    objects: async query => await (await enrolled()).objects(query),
    origin: {...source.origin, label: `${source.origin.label} with a change applied`},
    remarks: [...(source.remarks ?? []), ...assumptions(overlay)],
    evidence: async (id, subject, query) => {
      const answer = await (await enrolled()).evidence(id, subject, query)
      if (id === 'envoy.config_dump') return answer.ok ? (await dumpOf(subject)).artifact : answer
      if (id !== 'envoy.clusters' || !answer.ok) return answer
      return answered(unchangedClusters(answer.value, (await dumpOf(subject)).changed))
    },
  }
}
