import {injectsByDefault, isOutside} from '../../../analysis/istio-config/namespace-injection.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2041',
  slug: 'namespace-injected-by-default',
  aliases: ['IST0148'],
  severity: 'info',
  title: 'Namespace is injected by default',
  why: 'The injector has enableNamespacesByDefault, so pods get a sidecar without any label.',
  fix: 'Label the Namespace istio-injection=disabled if that is not intended.',
  references: [analysisPage('IST0148')],
  kinds: ['Namespace'],
  check: set =>
    injectsByDefault(set.injectors())
      ? set
          .of('Namespace')
          .filter(namespace => isOutside(namespace, set.istioNamespace))
          .map(object => ({
            object,
            path: 'metadata.name',
            message: `Pods of namespace ${object.ref.name} get sidecars by default.`,
          }))
      : [],
}
