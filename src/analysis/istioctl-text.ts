import type {ComparedResources, InjectRow, IstioctlText} from '../model/istio/istioctl-text.js'
import {humanCount} from '../model/text/human-count.js'

function injection(rows: readonly InjectRow[]): readonly string[] {
  const by = rows.find(({injected}) => injected)
  if (rows.length === 0) return []
  if (by !== undefined) return [`webhook ${by.webhook} (revision ${by.revision}) injects the pod: ${by.reason}`]
  const revisions = [...new Set(rows.map(({revision}) => revision))].join(', ')
  return [
    'no webhook injects the pod, so it gets no sidecar',
    ...rows.map(({webhook, reason}) => `  ${webhook}: ${reason}`),
    `label the namespace istio-injection=enabled, or istio.io/rev with one of the revisions there are (${revisions}), and recreate the pod`,
  ]
}

/** The sentences of `istioctl x describe` that need a word more (istioctl/pkg/describe). */
const REMARKS: readonly (readonly [RegExp, string])[] = [
  [
    /does not follow Istio conventions|is unnamed/,
    'Istio cannot tell the protocol of the port from its name and detects it, or takes TCP: name it http-..., grpc-..., tcp-..., or set appProtocol',
  ],
  [
    /No destinations match pod subsets/,
    'no route of it sends requests to the subset this pod is in, so the pod gets none through it',
  ],
  [/Route to non-matching subset/, 'those requests go to other pods'],
  [
    /TLS Mode: ISTIO_MUTUAL/,
    'clients in the mesh send mTLS: the pod needs a sidecar that captures the port, or they get 503',
  ],
  [/TLS Mode: (SIMPLE|MUTUAL)/, 'clients in the mesh start TLS of their own: the server itself must speak it'],
  [/TLS Mode: DISABLE/, 'clients in the mesh send plaintext: a server under STRICT refuses it'],
  [/mTLS mode: STRICT/, 'the workload accepts only mTLS: callers without a sidecar are refused'],
  [/mTLS mode: PERMISSIVE/, 'the workload accepts mTLS and plaintext'],
  [/mTLS mode: DISABLE/, 'the workload accepts only plaintext'],
]

function comparison({kind, match, onlyIstiod, onlyEnvoy}: ComparedResources): string {
  if (match) return `${kind}: Envoy has what istiod would send now`
  return `${kind} differ: ${humanCount(onlyIstiod, 'line')} only in istiod's, ${humanCount(onlyEnvoy, 'line')} only in Envoy's configuration; Envoy has not applied the newest one (it rejected it, or the push did not arrive): meshctl explain MCT1902`
}

/** What a text of istioctl for people says to a person who debugs a mesh. */
export function istioctlFindings({inject, remarks, failed, compared, subject}: IstioctlText): readonly string[] {
  return [
    ...injection(inject),
    ...(subject === undefined
      ? []
      : [`described: pod ${subject}${remarks.length === 0 ? ': nothing in it is a fault' : ''}`]),
    ...remarks.map(remark => {
      const more = REMARKS.find(([words]) => words.test(remark))?.[1]
      return more === undefined ? remark : `${remark}: ${more}`
    }),
    ...compared.map(comparison),
    ...failed.map(part => `not as it should be: ${part}`),
  ]
}
