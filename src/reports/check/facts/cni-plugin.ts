import {listOf, textOf} from '../../../formats/decode.js'
import {type Answer, answered, missing} from '../../../model/answer.js'
import {parseIstioVersion} from '../../../model/istio-version.js'
import {FACT_LABELS, type FactName, type Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

/** Nothing to ask of the plugin where istio-init makes the rules. */
async function withoutPlugin(context: PodContext, name: FactName): Promise<Answer<never> | undefined> {
  const cni = await context.fact('cni')
  if (!cni.ok) return cni
  return cni.value.inUse ? undefined : missing(FACT_LABELS[name], 'not-applicable', cni.value.because)
}

/** The release of the plugin by the image of its DaemonSet. */
export async function cniRelease(context: PodContext): Promise<Answer<Facts['cniRelease']>> {
  const none = await withoutPlugin(context, 'cniRelease')
  if (none !== undefined) return none
  const sets = await context.run.lists.daemonSets()
  if (!sets.ok) return sets
  const node = sets.value.find(({metadata}) => metadata.name.startsWith('istio-cni-node'))
  if (node === undefined) return missing(FACT_LABELS.cniRelease, 'not-captured', 'there is no DaemonSet istio-cni-node')
  const images = listOf(node, 'spec', 'template', 'spec', 'containers').map(each => textOf(each, 'image') ?? '')
  const version = images.map(parseIstioVersion).find(each => each !== undefined)
  return version === undefined
    ? missing(FACT_LABELS.cniRelease, 'not-captured', `its image names no release: ${images.join(', ')}`)
    : answered(version)
}

/** The namespaces the plugin's own settings exclude. */
export async function cniExcluded(context: PodContext): Promise<Answer<Facts['cniExcluded']>> {
  const none = await withoutPlugin(context, 'cniExcluded')
  if (none !== undefined) return none
  const config = await context.run.lists.cniConfig()
  if (!config.ok) return config
  const {excludedNamespaces, from} = config.value
  return excludedNamespaces === undefined
    ? missing(FACT_LABELS.cniExcluded, 'not-captured', `${from} does not name them`)
    : answered({namespaces: excludedNamespaces, from})
}
