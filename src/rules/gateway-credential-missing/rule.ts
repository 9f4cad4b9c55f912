import {objectLabel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {defineRule} from '../rule.js'

/** istiod hands out Secrets of Kubernetes under these names (Istio, pkg/security: KubernetesSecretTypeURI, KubernetesGatewaySecretTypeURI). */
const KUBERNETES_SECRET = /^kubernetes(?:-gateway)?:\/\/(.+?)(?:-cacert)?$/

/** The Secret that a credentialName means: istiod takes the bare name and the resource name as one, and a CA's own Secret ends in -cacert. */
function secretOf(written: string): string {
  return KUBERNETES_SECRET.exec(written)?.[1] ?? written.replace(/-cacert$/, '')
}

export const rule = defineRule({
  code: 'MCT1908',
  slug: 'gateway-credential-missing',
  aliases: [],
  severity: 'error',
  title: 'Gateway credential is missing',
  why: 'Envoy does not open the TLS listener, or refuses its handshakes, until istiod sends the certificate of the credentialName.',
  fix: "Create the Secret in the gateway's namespace, or correct credentialName.",
  references: ['https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/'],
  modes: ['gateway'],
  needs: ['pendingSecrets'],
  uses: ['gateways'],
  check: ({pod}, {pendingSecrets, gateways = []}) =>
    pendingSecrets.flatMap(({name, state, since}) => {
      const credential = KUBERNETES_SECRET.exec(name)?.[1]
      if (credential === undefined || state === 'draining') return []
      const secret = credential.includes('/') ? credential : `${pod.object.namespace}/${credential}`
      const naming = gateways
        .filter(
          ({selector, servers}) =>
            matchesLabels(requirementsOf(selector), pod.labels) &&
            servers.some(({credentials}) => credentials.some(each => secretOf(each) === credential)),
        )
        .map(({object}) => objectLabel(object))
      const of = naming.length === 0 ? '' : ` (named by ${naming.join(', ')})`
      return [
        {
          message: `Envoy has not received Secret ${secret}${of}.`,
          fix: `Create Secret ${secret} with tls.crt and tls.key, or correct credentialName. istiod logs why it does not send a Secret that exists.`,
          proof: [
            {from: "Envoy's config_dump", text: `secret ${name}: ${state}${since === '' ? '' : ` since ${since}`}`},
          ],
        },
      ]
    }),
})
