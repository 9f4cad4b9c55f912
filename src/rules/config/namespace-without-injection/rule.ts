import {injectsByDefault, isOutside} from '../../../analysis/istio-config/namespace-injection.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2040',
  slug: 'namespace-without-injection',
  aliases: ['IST0102'],
  severity: 'info',
  title: 'Namespace is not part of the mesh',
  why: 'Its pods get no sidecar and are not redirected to ztunnel.',
  fix: 'Label the Namespace istio-injection=enabled or istio.io/dataplane-mode=ambient, or istio-injection=disabled if that is intended.',
  references: [analysisPage('IST0102')],
  kinds: ['Namespace'],
  check: set =>
    injectsByDefault(set.injectors())
      ? []
      : set
          .of('Namespace')
          .filter(namespace => isOutside(namespace, set.istioNamespace))
          .map(object => ({
            object,
            path: 'metadata.name',
            message: `Namespace ${object.ref.name} has no label that adds its pods to the mesh.`,
          })),
}
