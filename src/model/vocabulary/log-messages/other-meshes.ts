import type {LogMessage} from './message.js'

/** Messages of the proxies and agents of other meshes (Linkerd, Kuma, Consul), by words that no component of Istio writes. */
export const OTHER_MESH_MESSAGES: readonly LogMessage[] = [
  [
    /(?:Service |service )?entering (?:fail-?fast|loadshed)|in fail-?fast/i,
    'The proxy of Linkerd gives up requests at once (failfast, answered with 503): for 3 seconds no endpoint of this destination was available. Its pods do not run or are not ready, or connections to them fail.',
    'kubectl get endpoints of the destination; linkerd diagnostics endpoints HOST:PORT',
    'https://linkerd.io/2/tasks/debugging-502s/',
  ],
  [
    /logical service \S{1,300}: service unavailable/i,
    'The proxy of Linkerd answered 503: no endpoint of this destination is available.',
    'kubectl get endpoints of the destination; linkerd diagnostics endpoints HOST:PORT',
    'https://linkerd.io/2/tasks/debugging-502s/',
  ],
  [
    /could not generate bootstrap configuration[\s\S]{0,400}(?:authentication failed|could not parse token|token)/i,
    'kuma-dp does not start: the control plane of Kuma (kuma-cp) does not accept its data plane token: it is not one of this mesh, was signed with a revoked or older key, or is a token of a service account of another cluster.',
    'kumactl generate dataplane-token, and compare its mesh, name and tags with the Dataplane',
    'https://kuma.io/docs/latest/production/secure-deployment/dp-auth/',
  ],
  [
    /could not (?:generate|fetch) bootstrap configuration/i,
    'kuma-dp does not start: it got no configuration from the control plane of Kuma (kuma-cp); the error in the line says why. It retries.',
    'Compare the address in the line (port 5678) with the Service of kuma-cp',
    'https://kuma.io/docs/latest/production/dp-config/dpp/',
  ],
  [
    /stream to consul-dataplane closed|Envoy \S{1,20} is too old and is not supported by Consul/i,
    'The servers of Consul closed the configuration stream of this Envoy; the number is the gRPC status and the text the reason. A version of Envoy that is too old for them is refused for good: the proxy gets no configuration until it is replaced.',
    'Compare the versions of Envoy (consul-dataplane) and Consul in the compatibility matrix',
    'https://developer.hashicorp.com/consul/docs/connect/proxies/envoy#supported-versions',
  ],
]
