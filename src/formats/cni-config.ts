import {commaList} from '../model/comma-list.js'
import type {KubeObject} from '../model/kube-object.js'
import {isObject, textOf, textsOf} from './decode.js'

/** What the CNI plugin's own settings say of the things rules ask about. */
export interface CniConfig {
  readonly excludedNamespaces?: readonly string[]
  /** Where in the object that stands. */
  readonly from: string
}

function fromJson(text: string): readonly string[] | undefined {
  try {
    const config: unknown = JSON.parse(text)
    if (!isObject(config)) return undefined
    return [textsOf(config, 'exclude_namespaces'), textsOf(config, 'kubernetes', 'exclude_namespaces')].find(
      list => list.length > 0,
    )
  } catch {
    return undefined
  }
}

/**
 * The namespaces the plugin leaves alone, of the ConfigMap istio-cni-config: a comma list under EXCLUDED_NAMESPACES in newer charts, the list
 * `exclude_namespaces` of the CNI configuration (JSON under cni_network_config) in older ones.
 */
export function readCniConfig(object: KubeObject): CniConfig {
  const where = `ConfigMap ${object.metadata.namespace ?? ''}/${object.metadata.name} data`
  const list = textOf(object, 'data', 'EXCLUDED_NAMESPACES')
  if (list !== undefined) {
    return {excludedNamespaces: commaList(list), from: `${where}.EXCLUDED_NAMESPACES`}
  }
  const older = fromJson(textOf(object, 'data', 'cni_network_config') ?? '')
  const from = `${where}.cni_network_config`
  return older === undefined ? {from} : {excludedNamespaces: older, from}
}
