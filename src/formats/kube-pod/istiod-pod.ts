import {REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {textOf} from '../decode.js'

/** True for a pod of the control plane: `app=istiod`, or `istio=pilot` as older installations label it. */
export function isIstiod(pod: KubeObject): boolean {
  const labels = pod.metadata.labels ?? {}
  return labels.app === 'istiod' || labels.istio === 'pilot'
}

/** True for an istiod that runs in that namespace. */
export function isRunningIstiod(pod: KubeObject, namespace: string): boolean {
  const phase = textOf(pod, 'status', 'phase') ?? 'Running'
  return isIstiod(pod) && pod.metadata.namespace === namespace && phase === 'Running'
}

/** The revision of an istiod; `default` for one without a label (istio.io, "Canary upgrades"). */
export function istiodRevision(pod: KubeObject): string {
  return pod.metadata.labels?.[REVISION_LABEL] ?? 'default'
}

/**
 * The istiods of a revision, or of the revision that a tag of that name points to; `webhooksOf` finds the webhook configurations with the label
 * `istio.io/tag`, whose label `istio.io/rev` is that revision (istioctl tag set).
 */
export async function istiodsOfRevision(
  istiods: readonly KubeObject[],
  revisionOrTag: string | undefined,
  webhooksOf: (tag: string) => Promise<readonly KubeObject[]>,
): Promise<readonly KubeObject[]> {
  if (revisionOrTag === undefined) return istiods
  const ofRevision = (revision: string) => istiods.filter(pod => istiodRevision(pod) === revision)
  const named = ofRevision(revisionOrTag)
  if (named.length > 0) return named
  const tag = (await webhooksOf(revisionOrTag)).find(
    ({metadata: {labels}}) => labels?.['istio.io/tag'] === revisionOrTag,
  )
  const revision = tag?.metadata.labels?.[REVISION_LABEL]
  return revision === undefined ? [] : ofRevision(revision)
}
