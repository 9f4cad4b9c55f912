import {analysisPage, type ConfigRule} from '../config-rule.js'

/** The oldest releases whose CRDs Istio 1.31 reads (istio.io, Gateway API). */
const MINIMUM: Readonly<Record<string, readonly number[]>> = {
  'grpcroutes.gateway.networking.k8s.io': [1, 1, 0],
  'backendtlspolicies.gateway.networking.k8s.io': [1, 4, 0],
  'tlsroutes.gateway.networking.k8s.io': [1, 5, 0],
  'tcproutes.gateway.networking.k8s.io': [1, 6, 0],
}

function older(version: readonly number[], minimum: readonly number[]): boolean {
  const index = minimum.findIndex((part, at) => version[at] !== part)
  return index >= 0 && (version[index] ?? 0) < (minimum[index] ?? 0)
}

export const rule: ConfigRule = {
  code: 'MCT2065',
  slug: 'gateway-crd-old',
  aliases: ['IST0176'],
  severity: 'warning',
  title: 'Gateway API CRD is too old',
  why: 'Istiod ignores routes of versions it does not read.',
  fix: 'Install the CRDs of a newer release of the Gateway API.',
  references: [analysisPage('IST0176')],
  kinds: ['CustomResourceDefinition'],
  check: set =>
    set.of('CustomResourceDefinition').flatMap(object => {
      const minimum = Object.hasOwn(MINIMUM, object.ref.name) ? MINIMUM[object.ref.name] : undefined
      const installed = object.annotations['gateway.networking.k8s.io/bundle-version'] ?? ''
      const [, major, minor, patch] = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(installed) ?? []
      if (minimum === undefined || major === undefined) return []
      if (!older([major, minor ?? '0', patch ?? '0'].map(Number), minimum)) return []
      return [
        {
          object,
          path: 'metadata.annotations["gateway.networking.k8s.io/bundle-version"]',
          message: `${object.ref.name} is of release ${installed}; Istio needs ${minimum.join('.')} or later.`,
        },
      ]
    }),
}
