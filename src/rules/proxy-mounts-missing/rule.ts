import {isOlder} from '../../model/istio-version.js'
import {type Container, injectedContainer} from '../../model/pod.js'
import {defineRule, type Found, PAGES} from '../rule.js'

interface Need {
  readonly volume: string
  readonly path: string
  readonly what: string
  /** Whether this proxy needs it; `injected` says that its environment is complete. */
  readonly wanted: (proxy: Container, injected: boolean) => boolean
}

/** What the injection template mounts (Istio 1.6 and later; token and root only with the usual way to get certificates). */
const NEEDS: readonly Need[] = [
  {
    volume: 'istio-envoy',
    path: '/etc/istio/proxy',
    what: "Envoy's own configuration is written there",
    wanted: () => true,
  },
  {
    volume: 'istio-token',
    path: '/var/run/secrets/tokens',
    what: 'it holds the token the agent shows to istiod',
    wanted: ({env}) => env.JWT_POLICY !== 'first-party-jwt',
  },
  {
    volume: 'istiod-ca-cert',
    path: '/var/run/secrets/istio',
    what: 'it holds the root certificate by which the agent knows istiod',
    wanted: ({env}, injected) => (env.PILOT_CERT_PROVIDER ?? (injected ? '' : 'istiod')) === 'istiod',
  },
]

export const rule = defineRule({
  code: 'MCT1007',
  slug: 'proxy-mounts-missing',
  aliases: [],
  severity: 'error',
  title: 'The sidecar lacks a volume it cannot work without',
  why: 'Without them the agent has no place for the configuration of Envoy, no token or no root certificate: the sidecar never gets ready, and the pod neither.',
  fix: 'In the istio-proxy container of the pod template write only what shall differ, and no volumeMounts at the paths of injection; istio-proxy from an old kube-inject: commit the source instead.',
  references: [PAGES.injecting],
  versions: 'Istio 1.6 and later',
  modes: ['sidecar'],
  needs: [],
  passesWith: ['sidecar'],
  check: ({pod, version}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    if (proxy === undefined || isOlder(version, 1, 6)) return []
    const injected = pod.exists || pod.annotations['sidecar.istio.io/status'] !== undefined
    const path = `${pod.specPath}.${proxy.path}.volumeMounts`
    const text = proxy.mounts.map(mount => `${mount.volume} at ${mount.path}`).join(', ') || 'none'
    return NEEDS.filter(need => need.wanted(proxy, injected)).flatMap((need): Found[] => {
      const other = proxy.mounts.find(mount => mount.path === need.path && mount.volume !== need.volume)
      const there = proxy.mounts.some(mount => mount.volume === need.volume)
      if (other !== undefined) {
        return [
          {
            severity: 'warning',
            message: `istio-proxy has the volume ${other.volume} at ${need.path}, where ${need.volume} belongs: ${need.what}.`,
            path,
            proof: [{from: path, text}],
          },
        ]
      }
      if (there || !injected) return []
      return [{message: `istio-proxy does not mount ${need.volume}: ${need.what}.`, path, proof: [{from: path, text}]}]
    })
  },
})
