import {isOlder} from '../../model/istio/istio-version.js'
import {STATUS_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {type Container, injectedContainer} from '../../model/kube/pod.js'
import {defineRule, type Found, PAGES} from '../rule.js'

interface RequiredVolume {
  readonly volume: string
  readonly path: string
  readonly purpose: string
  /** Whether this proxy needs it; `injected` means that its environment is complete. */
  readonly isRequired: (proxy: Container, injected: boolean) => boolean
}

/** What the injection template mounts (Istio 1.6 and later; token and root certificate only with istiod as the CA). */
const NEEDS: readonly RequiredVolume[] = [
  {
    volume: 'istio-envoy',
    path: '/etc/istio/proxy',
    purpose: "the agent writes Envoy's configuration there",
    isRequired: () => true,
  },
  {
    volume: 'istio-token',
    path: '/var/run/secrets/tokens',
    purpose: 'it holds the token the agent presents to istiod',
    isRequired: ({env}) => env.JWT_POLICY !== 'first-party-jwt',
  },
  {
    volume: 'istiod-ca-cert',
    path: '/var/run/secrets/istio',
    purpose: 'it holds the root certificate the agent verifies istiod with',
    isRequired: ({env}, injected) => (env.PILOT_CERT_PROVIDER ?? (injected ? '' : 'istiod')) === 'istiod',
  },
]

export const rule = defineRule({
  code: 'MCT1007',
  slug: 'proxy-mounts-missing',
  aliases: [],
  severity: 'error',
  title: 'Sidecar lacks a required volume',
  why: 'Without its volumes the agent cannot write the Envoy configuration, or has no token or root certificate: neither the sidecar nor the pod becomes ready.',
  fix: 'In the istio-proxy container of the pod template set only the fields to override, and no volumeMounts at the paths injection uses; for istio-proxy from an old kube-inject: commit the source instead.',
  references: [PAGES.injecting],
  versions: 'Istio 1.6 and later',
  modes: ['sidecar'],
  needs: [],
  needsToPass: ['sidecar'],
  check: ({pod, version}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    if (proxy === undefined || isOlder(version, 1, 6)) return []
    const injected = pod.exists || pod.annotations[STATUS_ANNOTATION] !== undefined
    const path = `${pod.specPath}.${proxy.path}.volumeMounts`
    const text = proxy.mounts.map(mount => `${mount.volume} at ${mount.path}`).join(', ') || 'none'
    return NEEDS.filter(need => need.isRequired(proxy, injected)).flatMap((need): Found[] => {
      const other = proxy.mounts.find(mount => mount.path === need.path && mount.volume !== need.volume)
      const there = proxy.mounts.some(mount => mount.volume === need.volume)
      if (other !== undefined) {
        return [
          {
            severity: 'warning',
            message: `istio-proxy has the volume ${other.volume} at ${need.path}, where ${need.volume} belongs: ${need.purpose}.`,
            path,
            proof: [{from: path, text}],
          },
        ]
      }
      if (there || !injected) return []
      return [
        {message: `istio-proxy does not mount ${need.volume}: ${need.purpose}.`, path, proof: [{from: path, text}]},
      ]
    })
  },
})
