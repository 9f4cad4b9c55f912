import {listOf, textOf} from '../../../formats/decode.js'
import {type Answer, answered, missing} from '../../../model/answer.js'
import {parseIstioVersion} from '../../../model/istio-version.js'
import type {KubeObject} from '../../../model/kube-object.js'
import {FACT_WORDS, type Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

function releaseOf(daemonSets: readonly KubeObject[]): string | undefined {
  const set = daemonSets.find(({metadata}) => metadata.name.startsWith('istio-cni-node'))
  const images = listOf(set, 'spec', 'template', 'spec', 'containers').map(each => textOf(each, 'image'))
  return images.find(image => image?.includes('install-cni')) ?? images[0]
}

/** The CNI plugin's release, by its DaemonSet, and its settings; nothing to ask where istio-init makes the rules. */
export async function cniPlugin(context: PodContext): Promise<Answer<Facts['cniPlugin']>> {
  const cni = await context.fact('cni')
  if (!cni.ok) return cni
  if (!cni.value.inUse) return missing(FACT_WORDS.cniPlugin, 'not-applicable', cni.value.because)
  const [sets, config] = await Promise.all([context.run.lists.daemonSets(), context.run.lists.cniConfig()])
  const version = sets.ok ? parseIstioVersion(releaseOf(sets.value)) : undefined
  const excluded =
    config.ok && config.value.excludedNamespaces !== undefined
      ? {namespaces: config.value.excludedNamespaces, from: config.value.from}
      : undefined
  if (version === undefined && excluded === undefined) {
    if (!config.ok) return config
    return missing(FACT_WORDS.cniPlugin, 'not-captured', `${config.value.from} does not hold them`)
  }
  return answered({...(version === undefined ? {} : {version}), ...(excluded === undefined ? {} : {excluded})})
}
