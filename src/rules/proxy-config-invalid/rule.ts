import {at, isObject} from '../../formats/decode.js'
import {parseYamlText} from '../../formats/kube-manifest/yaml-text.js'
import {PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {isTemplated} from '../../model/text/templated.js'
import {defineRule, PAGES} from '../rule.js'

/** Why a text is not a ProxyConfig; unknown fields are ignored, as in Istio. */
function mistake(text: string): string | undefined {
  const config = parseYamlText(text)
  if (config === undefined) return 'is not valid YAML'
  if (!isObject(config)) return 'is not a YAML mapping'
  const metadata = at(config, 'proxyMetadata')
  if (metadata === undefined || metadata === null) return undefined
  if (!isObject(metadata)) return 'has a proxyMetadata that is not a mapping'
  const [wrong] = Object.entries(metadata).filter(([, value]) => typeof value !== 'string' && value !== null)
  return wrong === undefined
    ? undefined
    : `has ${wrong[0]}: ${JSON.stringify(wrong[1])} in proxyMetadata, which is not a string: quote it`
}

export const rule = defineRule({
  code: 'MCT1218',
  slug: 'proxy-config-invalid',
  aliases: [],
  severity: 'error',
  title: 'Annotation proxy.istio.io/config cannot be parsed',
  why: 'The injection webhook parses the annotation first and returns an error when it is invalid: no pod is created.',
  fix: 'Write the annotation as YAML with ProxyConfig fields, and quote the values of proxyMetadata.',
  references: [PAGES.annotations, 'https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig'],
  modes: ['sidecar', 'gateway'],
  needs: [],
  check: ({pod}) => {
    const text = pod.annotations[PROXY_CONFIG_ANNOTATION]
    // An existing pod was accepted by the webhook.
    if (text === undefined || text.trim() === '' || pod.exists || isTemplated(text)) return []
    const wrong = mistake(text)
    if (wrong === undefined) return []
    const path = `${pod.metadataPath}.annotations["${PROXY_CONFIG_ANNOTATION}"]`
    return [{message: `${PROXY_CONFIG_ANNOTATION} ${wrong}.`, path, proof: [{from: path, text}]}]
  },
})
