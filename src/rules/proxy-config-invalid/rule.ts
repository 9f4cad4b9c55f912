import {PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {isTemplated} from '../../model/text/templated.js'
import {proxyConfigProblem} from '../proxy-config-text.js'
import {defineRule, PAGES} from '../rule.js'

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
    const wrong = proxyConfigProblem(text)
    if (wrong === undefined) return []
    const path = `${pod.metadataPath}.annotations["${PROXY_CONFIG_ANNOTATION}"]`
    return [{message: `${PROXY_CONFIG_ANNOTATION} ${wrong}.`, path, proof: [{from: path, text}]}]
  },
})
