import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/selector.js'
import {objectOf, textMapOf, textOf} from '../decode.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'

/** The types of proxy images that ProxyConfigs and annotations set. */
export interface ProxyImageTypes {
  readonly resources: readonly {
    readonly namespace: string
    readonly selector?: Labels
    readonly imageType: string
  }[]
  readonly byPod: ReadonlyMap<WorkloadConfig, string>
}

/** Reads the image types of ProxyConfigs (networking.istio.io) and of the annotation proxy.istio.io/config. */
export function readProxyImageTypes(
  configs: readonly ConfigObject[],
  workloads: readonly WorkloadConfig[],
): ProxyImageTypes {
  const annotated = workloads.flatMap(each => {
    const text = each.annotations['proxy.istio.io/config']
    const type = text === undefined ? undefined : textOf(parseYamlText(text), 'image', 'imageType')
    return type === undefined ? [] : [[each, type] as const]
  })
  return {
    resources: configs.flatMap(({raw, ref}) => {
      const imageType = textOf(raw, 'spec', 'image', 'imageType')
      const selector = objectOf(raw, 'spec', 'selector')
      if (imageType === undefined) return []
      const labels = selector === undefined ? {} : {selector: textMapOf(selector, 'matchLabels')}
      return [{namespace: ref.namespace, ...labels, imageType}]
    }),
    byPod: new Map(annotated),
  }
}
