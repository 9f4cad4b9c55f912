import {definedFields} from '../../model/collections/defined-fields.js'
import {once} from '../../model/collections/once.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {Artifact, EvidenceId} from '../../model/evidence/evidence.js'
import {isOfKind, kindOf} from '../../model/kube/kinds.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {ObjectQuery, Source} from '../source.js'
import {type FileContent, fileContents, firstKind} from './content.js'
import {contentOffer, contentText, fileEvidence, fileTables} from './evidence.js'
import type {InputFile} from './input-file.js'
import {givenManifests} from './manifests.js'
import {outsidePods} from './outside-pods.js'
import {type PastedFiles, pastedFiles} from './pasted-files.js'

/** True if an object is one that a query asks for; an object without a namespace is in `default`. */
function isAskedFor(object: KubeObject, query: ObjectQuery): boolean {
  const known = kindOf(query.kind)
  return (
    object.kind === (known?.kind ?? query.kind) &&
    (known === undefined || isOfKind(object, known)) &&
    (query.namespace === undefined || homeOf(object, query.namespace) === query.namespace) &&
    (query.name === undefined || object.metadata.name === query.name)
  )
}

/** True if a file holds evidence of a proxy or a pod. */
function isEvidence(content: FileContent, pasted: PastedFiles): boolean {
  if (content.kinds.some(kind => kind !== 'objects' && kind !== 'containers')) return true
  // Beside objects a text may hold tables and pieces that no first line shows.
  return content.embedded !== undefined && pasted.describe(content) !== undefined
}

/** Istio's settings, as people quote them: a file of one of these without a namespace is of the control plane. */
const SETTINGS = /^istio(?:-sidecar-injector)?(?:-[a-z0-9-]+)?$/

/** The namespace of an object; one of those asked for where the object names none. */
function homeOf({kind, metadata}: KubeObject, asked: string): string {
  return metadata.namespace ?? (kind === 'ConfigMap' && SETTINGS.test(metadata.name) ? asked : 'default')
}

/** A source of files from the command line (or standard input); each is recognised by its content. */
export function filesSource(files: readonly InputFile[]): Source {
  const {contents, remarks} = fileContents(files)
  const label = files.map(file => file.label).join(', ')
  const pasted = pastedFiles(contents)
  const manifests = givenManifests(contents)
  const evidence = async (id: EvidenceId): Promise<Answer<Artifact>> => fileEvidence(contents, pasted, id)
  /** Workloads that no Kubernetes runs: of containers, else the one whose processes or sockets were given. */
  const outsideKubernetes = once(() => outsidePods(label, contents, evidence))
  const implied = contents.some(content => isEvidence(content, pasted))
  const others = contents.filter(each => !['objects', 'containers', 'unknown'].includes(firstKind(each)))
  const hasWorkloads = !manifests.none || contents.some(({kinds}) => kinds.includes('containers'))
  return {
    origin: {kind: 'files', label},
    traits: {live: false, complete: false},
    defaultNamespace: 'default',
    ...definedFields({impliedSubject: implied ? {namespace: '', name: label, implied: true} : undefined}),
    remarks,
    offers: () => contents.map(content => contentOffer(content, pasted)),
    tables: kind => fileTables(contents, pasted, kind),
    async objects(query) {
      const outside = query.kind === 'Pod' && manifests.none ? await outsideKubernetes() : []
      if (manifests.none && outside.length === 0)
        return missing(`${query.kind} objects`, 'not-captured', `${label} contains no Kubernetes objects`)
      const all = manifests.none ? outside : await manifests.objects()
      return answered(all.filter(object => isAskedFor(object, query)))
    },
    evidence,
    manifests: {
      ...manifests.facet,
      beside: hasWorkloads ? others.map(each => ({file: each.label, holds: contentText(each, pasted)})) : [],
    },
    close: async () => {},
  }
}
