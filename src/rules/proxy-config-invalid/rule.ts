import {at, isObject} from '../../formats/decode.js'
import {parseYamlText} from '../../formats/kube-manifest/yaml-text.js'
import {isTemplated} from '../../model/templated.js'
import {defineRule, PAGES} from '../rule.js'

const CONFIG = 'proxy.istio.io/config'

/** What makes a text no ProxyConfig for certain; unknown fields are passed over by Istio, and so here. */
function mistake(text: string): string | undefined {
  const config = parseYamlText(text)
  if (config === undefined) return 'is no YAML'
  if (!isObject(config)) return 'is no mapping of settings'
  const metadata = at(config, 'proxyMetadata')
  if (metadata === undefined || metadata === null) return undefined
  if (!isObject(metadata)) return 'has a proxyMetadata that is no mapping'
  const [wrong] = Object.entries(metadata).filter(([, value]) => typeof value !== 'string' && value !== null)
  return wrong === undefined
    ? undefined
    : `gives ${wrong[0]} in proxyMetadata the value ${JSON.stringify(wrong[1])}, which is no text: it needs quotes`
}

export const rule = defineRule({
  code: 'MCT1218',
  slug: 'proxy-config-invalid',
  aliases: [],
  severity: 'error',
  title: 'The annotation proxy.istio.io/config cannot be read',
  why: 'Injection checks the annotation before it adds anything: where it is not understood, the webhook answers with an error, and no pod is created.',
  fix: 'Write the annotation as YAML with settings of ProxyConfig, and values of proxyMetadata in quotes.',
  references: [PAGES.annotations, 'https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig'],
  modes: ['sidecar', 'gateway'],
  needs: [],
  check: ({pod}) => {
    const text = pod.annotations[CONFIG]
    // A pod that exists got through.
    if (text === undefined || text.trim() === '' || pod.exists || isTemplated(text)) return []
    const wrong = mistake(text)
    if (wrong === undefined) return []
    const path = `${pod.metadataPath}.annotations["${CONFIG}"]`
    return [{message: `${CONFIG} ${wrong}.`, path, proof: [{from: path, text}]}]
  },
})
