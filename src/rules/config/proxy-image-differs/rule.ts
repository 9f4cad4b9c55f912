import {proxyImageMismatches} from '../../../analysis/istio-config/proxy-image.js'
import {readProxyImageTypes} from '../../../formats/istio-config/policy.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2044',
  slug: 'proxy-image-differs',
  aliases: ['IST0158'],
  severity: 'warning',
  title: 'Proxies run another image than the injector sets',
  why: 'They have not been recreated since an upgrade, and may lack fixes of the current release.',
  fix: 'Recreate the pods: kubectl rollout restart.',
  references: [analysisPage('IST0158')],
  kinds: ['Namespace'],
  needs: ['ConfigMap'],
  check: set =>
    proxyImageMismatches(set, readProxyImageTypes(set.of('ProxyConfig'), set.workloads())).map(
      ({object, pods, expected}) => ({
        object,
        path: 'metadata.name',
        message: `Proxies of ${pods.join(', ')} run another image than ${expected}.`,
      }),
    ),
}
