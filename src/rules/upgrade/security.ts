import {sourceNames} from '../../formats/istio-config/policy-values.js'
import {tracesAnything} from '../../formats/istio-config/upgrade.js'
import type {Row} from './upgrade-rule.js'

/** Characters that mean something in a regular expression, but for `*`, `.` and `-`. */
const REGEX = /[+?()[\]{}|^$\\]/

/** What releases changed for policies, telemetry and the mesh configuration. */
export const SECURITY_ROWS: readonly Row[] = [
  {
    code: 'MCT2230',
    slug: 'mesh-certificates-removed',
    release: 18,
    notes: 'change-notes',
    severity: 'warning',
    title: 'Mesh configuration field certificates is removed',
    why: 'Istiod no longer requests these certificates.',
    fix: 'Remove the field, and let cert-manager or another issuer make the certificates.',
    kinds: ['ConfigMap', 'MeshConfig'],
    find: set => {
      const object = set.meshConfigObject()
      return object === undefined || !set.mesh.certificates
        ? []
        : [{object, path: 'data.mesh', message: 'the field certificates of the mesh configuration is removed.'}]
    },
  },
  {
    code: 'MCT2231',
    slug: 'default-tracing-removed',
    release: 22,
    notes: 'upgrade-notes',
    severity: 'warning',
    title: 'Traces no longer go to zipkin by default',
    why: 'Tracing stops, for nothing names where traces go.',
    fix: 'Add an extension provider for tracing and a Telemetry that names it.',
    kinds: ['Service'],
    find: set => {
      const {mesh, istioNamespace} = set
      if (!mesh.enableTracing || mesh.defaultTracing || mesh.tracers.length > 0) return []
      if (set.of('Telemetry').some(tracesAnything)) return []
      return set
        .of('Service')
        .filter(({ref}) => ref.name === 'zipkin' && ref.namespace === istioNamespace)
        .map(object => ({object, message: `traces no longer go to zipkin.${istioNamespace} by themselves.`}))
    },
  },
  {
    code: 'MCT2232',
    slug: 'resources-scoped-by-discovery',
    release: 22,
    notes: 'upgrade-notes',
    severity: 'warning',
    title: 'Objects outside discoverySelectors stop applying',
    why: 'Istiod ignores Istio objects, and distributes no root certificate, in namespaces that discoverySelectors leave out.',
    fix: 'Label those namespaces so that discoverySelectors select them.',
    kinds: ['ConfigMap', 'MeshConfig'],
    kept: 'ENABLE_ENHANCED_RESOURCE_SCOPING',
    find: set => {
      const object = set.meshConfigObject()
      return object === undefined || set.mesh.discoverySelectors === 0
        ? []
        : [
            {
              object,
              path: 'data.mesh',
              message: 'istiod reads Istio objects only from namespaces that discoverySelectors select.',
            },
          ]
    },
  },
  ...(
    [
      [25, 'opencensus', 'OpenCensus', 'MCT2233'],
      [27, 'lightstep', 'Lightstep', 'MCT2234'],
    ] as const
  ).map(
    ([release, field, name, code]): Row => ({
      code,
      slug: `${field}-removed`,
      release,
      notes: 'change-notes',
      severity: 'error',
      title: `Tracing with ${name} is removed`,
      why: 'Proxies of the target send no traces there.',
      fix: 'Use an OpenTelemetry provider.',
      kinds: ['ConfigMap', 'MeshConfig'],
      find: set => {
        const object = set.meshConfigObject()
        if (object === undefined) return []
        const providers = [...set.mesh.extensionProviders].filter(([, kind]) => kind === field).map(([each]) => each)
        const tracers = set.mesh.tracers.filter(each => each.toLowerCase().startsWith(field))
        return [...providers.map(each => `extension provider ${each}`), ...tracers.map(each => `tracing.${each}`)].map(
          each => ({object, path: 'data.mesh', message: `${each} uses ${name}, which is removed.`}),
        )
      },
    }),
  ),
  {
    code: 'MCT2235',
    slug: 'minimum-tls-honoured',
    release: 30,
    notes: 'change-notes',
    severity: 'warning',
    title: 'tlsDefaults.minProtocolVersion begins to apply',
    why: 'Clients of gateways with an older TLS are refused.',
    fix: 'Check which TLS versions clients speak before the upgrade.',
    kinds: ['ConfigMap', 'MeshConfig'],
    find: set => {
      const object = set.meshConfigObject()
      return object === undefined || set.mesh.minTlsVersion === ''
        ? []
        : [
            {
              object,
              path: 'data.mesh',
              message: `servers honour tlsDefaults.minProtocolVersion ${set.mesh.minTlsVersion}.`,
            },
          ]
    },
  },
  {
    code: 'MCT2236',
    slug: 'policy-regex-quoted',
    release: 30,
    notes: 'change-notes',
    severity: 'warning',
    title: 'Regular expression in a policy is taken literally',
    why: 'Earlier releases let such characters through as a regular expression; a policy that relied on it matches nothing.',
    fix: 'List the values, or use a prefix or suffix with *.',
    kinds: ['AuthorizationPolicy'],
    find: set =>
      set.of('AuthorizationPolicy').flatMap(object =>
        sourceNames(object)
          .filter(({value}) => REGEX.test(value))
          .map(({path, value}) => ({object, path, message: `${JSON.stringify(value)} is compared as plain text.`})),
      ),
  },
]
