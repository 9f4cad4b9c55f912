import {listOf, textOf} from '../../../formats/decode.js'
import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import {parseIstioVersion} from '../../../model/istio/istio-version.js'
import type {KubeObject} from '../../../model/kube/kube-object.js'
import {injectedContainer} from '../../../model/kube/pod.js'
import {FACT_LABELS, type FactName, type Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

function isPlugin({metadata}: KubeObject): boolean {
  return metadata.name.startsWith('istio-cni-node')
}

/** Whether the CNI plugin sets up the pod's rules: by its containers, else the plugin's DaemonSet, else the injector's values. */
export async function cni({fact, workload: {pod}}: PodContext): Promise<Answer<Facts['cni']>> {
  if (injectedContainer(pod, 'istio-init') !== undefined)
    return answered({inUse: false, because: 'the pod has istio-init'})
  if (injectedContainer(pod, 'istio-validation') !== undefined) {
    return answered({inUse: true, because: 'the pod has istio-validation and no istio-init'})
  }
  const [sets, injectors] = await Promise.all([fact('daemonSets'), fact('injectors')])
  if (sets.ok && sets.value.some(isPlugin)) {
    return answered({inUse: true, because: 'the DaemonSet istio-cni-node exists'})
  }
  if (!injectors.ok) return injectors
  const inUse = injectors.value.some(each => each.cni)
  return answered({inUse, because: `cni ${inUse ? 'is' : 'is not'} enabled in the injector's values`})
}

/** Not applicable when istio-init sets up the rules. */
async function withoutPlugin(context: PodContext, name: FactName): Promise<Answer<never> | undefined> {
  const plugin = await context.fact('cni')
  if (!plugin.ok) return plugin
  return plugin.value.inUse ? undefined : missing(FACT_LABELS[name], 'not-applicable', plugin.value.because)
}

/** The release of the plugin by the image of its DaemonSet. */
export async function cniRelease(context: PodContext): Promise<Answer<Facts['cniRelease']>> {
  const none = await withoutPlugin(context, 'cniRelease')
  if (none !== undefined) return none
  const sets = await context.fact('daemonSets')
  if (!sets.ok) return sets
  const node = sets.value.find(isPlugin)
  if (node === undefined) return missing(FACT_LABELS.cniRelease, 'not-captured', 'DaemonSet istio-cni-node not found')
  const images = listOf(node, 'spec', 'template', 'spec', 'containers').map(each => textOf(each, 'image') ?? '')
  const version = images.map(parseIstioVersion).find(each => each !== undefined)
  return version === undefined
    ? missing(FACT_LABELS.cniRelease, 'not-captured', `no release in its image: ${images.join(', ')}`)
    : answered(version)
}

/** The namespaces the plugin's own settings exclude. */
export async function cniExcluded(context: PodContext): Promise<Answer<Facts['cniExcluded']>> {
  const none = await withoutPlugin(context, 'cniExcluded')
  if (none !== undefined) return none
  const config = await context.run.objects.settings.cni()
  if (!config.ok) return config
  const {excludedNamespaces, from} = config.value
  return excludedNamespaces === undefined
    ? missing(FACT_LABELS.cniExcluded, 'not-captured', `${from} does not list excluded namespaces`)
    : answered({namespaces: excludedNamespaces, from})
}
