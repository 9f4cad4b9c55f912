import {PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {isTemplated} from '../../model/text/templated.js'
import {misspeltField, proxyConfigProblem} from '../proxy-config-text.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1218',
  slug: 'proxy-config-invalid',
  aliases: [],
  severity: 'error',
  title: 'Annotation proxy.istio.io/config is not valid',
  why: 'The injection webhook parses the annotation first and returns an error when it cannot be read, so that no pod is created; a field it does not know is ignored.',
  fix: 'Write the annotation as YAML with ProxyConfig fields, and quote the values of proxyMetadata.',
  references: [PAGES.annotations, 'https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig'],
  modes: ['sidecar', 'gateway'],
  needs: [],
  check: ({pod}) => {
    const text = pod.annotations[PROXY_CONFIG_ANNOTATION]
    if (text === undefined || text.trim() === '' || isTemplated(text)) return []
    const path = `${pod.metadataPath}.annotations["${PROXY_CONFIG_ANNOTATION}"]`
    // An existing pod was accepted by the webhook.
    const wrong = pod.exists ? undefined : proxyConfigProblem(text)
    if (wrong === undefined) {
      const typo = misspeltField(text)
      if (typo === undefined) return []
      return [
        {
          severity: 'warning' as const,
          message: `${PROXY_CONFIG_ANNOTATION} sets ${typo.field}, which is not a field of ProxyConfig and has no effect; did you mean ${typo.meant}?`,
          path,
          proof: [{from: path, text}],
        },
      ]
    }
    return [{message: `${PROXY_CONFIG_ANNOTATION} ${wrong}.`, path, proof: [{from: path, text}]}]
  },
})
