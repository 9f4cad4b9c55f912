import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2015',
  slug: 'network-registry-unknown',
  aliases: ['IST0126'],
  severity: 'error',
  title: 'MeshNetworks names an unknown registry',
  why: 'Endpoints of that registry belong to no network, and cross-network traffic does not use its gateway.',
  fix: 'Use the name of a cluster with a remote secret (label istio/multiCluster), or Kubernetes.',
  references: [analysisPage('IST0126')],
  kinds: ['MeshNetworks'],
  needs: ['Secret'],
  check: set => {
    const remote = set.secrets().filter(({object}) => object.labels['istio/multiCluster'] === 'true')
    const known = new Set(['Mock', 'Kubernetes', 'External', ...remote.flatMap(({keys}) => keys)])
    const [object] = set.of('MeshNetworks')
    if (object === undefined) return []
    return (set.networks?.registries ?? []).flatMap(({network, registry, index}) =>
      known.has(registry)
        ? []
        : [
            {
              object,
              path: `networks["${network}"].endpoints[${index}].fromRegistry`,
              message: `Registry ${registry} of network ${network} is unknown.`,
            },
          ],
    )
  },
}
