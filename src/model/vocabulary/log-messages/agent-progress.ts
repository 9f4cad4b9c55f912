import type {LogMessage} from './message.js'

const SOURCE = 'https://github.com/istio/istio/tree/master/pilot/cmd/pilot-agent'
const NOTHING = 'Nothing is wrong.'

/** What pilot-agent writes while it starts a proxy. */
export const AGENT_PROGRESS: readonly LogMessage[] = [
  [/^FLAG: --/, 'A flag pilot-agent was started with.', NOTHING, SOURCE],
  [/^Version \d/, 'The version of pilot-agent.', NOTHING, SOURCE],
  [
    /^Proxy role\b/,
    'What the proxy is: its addresses, its type (sidecar, router, waypoint) and its name for istiod.',
    NOTHING,
    SOURCE,
  ],
  [
    /Apply proxy config from (env|annotation)|Effective config:/,
    'The ProxyConfig the proxy starts with; it goes on in the lines below.',
    NOTHING,
    SOURCE,
  ],
  [/cpu limit detected/, 'The worker threads of Envoy follow from the CPU limit of its container.', NOTHING, SOURCE],
  [
    /JWT policy is|using credential fetcher|CA Endpoint|Using CA .* cert with certs|Pilot SAN:/,
    'How the agent proves who it is to istiod, and which certificate it expects of it.',
    NOTHING,
    SOURCE,
  ],
  [
    /Opening status port|Starting (default Istio SDS Server|proxy agent|SDS (grpc )?server)|Initializing with upstream address/,
    'The agent opens its own ports and sockets, and starts Envoy.',
    NOTHING,
    SOURCE,
  ],
  [/^Envoy command:/, 'The command line of Envoy.', NOTHING, SOURCE],
  [
    /(generated new|returned) workload (certificate|trust anchor)/,
    'The certificate or root certificate of the pod was issued, or given to Envoy.',
    NOTHING,
    SOURCE,
  ],
  [/Readiness succeeded in/, 'Envoy has its configuration: the pod becomes Ready.', NOTHING, SOURCE],
  [
    /Agent draining Proxy|Graceful termination period/,
    'The pod ends: connections are drained before Envoy stops.',
    NOTHING,
    SOURCE,
  ],
  [
    /admin path "[^"]{1,60}" mutates state/,
    'Someone asked an admin page of Envoy with GET that takes POST: it was refused.',
    'Nothing is wrong with the proxy.',
    'https://www.envoyproxy.io/docs/envoy/latest/operations/admin',
  ],
  [
    /registered factory for the optional http filter/,
    'The configuration has a filter that this Envoy was built without; it is optional and left out.',
    'Use the proxy image of the Istio release.',
    'https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto',
  ],
]
