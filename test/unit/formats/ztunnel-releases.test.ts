import {describe, expect, test} from '@jest/globals'
import {readZtunnelDump} from '../../../src/formats/istio/ztunnel-dump.js'
import {sniff} from '../../../src/formats/sniff.js'

// The shapes of istioctl's reader, istio/istio istioctl/pkg/writer/ztunnel/configdump/api.go, by release.
const SHAPES = {
  '1.18': {
    workloads: {
      '10.0.0.9': {
        workload_ip: '10.0.0.9',
        name: 'web-0',
        namespace: 'shop',
        service_account: 'web',
        protocol: 'HBONE',
      },
    },
  },
  '1.19': {
    workloads: {
      '10.0.0.9': {workloadIp: '10.0.0.9', name: 'web-0', namespace: 'shop', serviceAccount: 'web', protocol: 'HBONE'},
    },
  },
  '1.22': {
    certificates: [],
    staged_services: {},
    workloads: {
      '/10.0.0.9': {
        workloadIps: ['10.0.0.9'],
        name: 'web-0',
        namespace: 'shop',
        serviceAccount: 'web',
        protocol: 'HBONE',
      },
    },
  },
  '1.24': {
    certificates: [],
    workloads: [
      {workloadIps: ['10.0.0.9'], name: 'web-0', namespace: 'shop', serviceAccount: 'web', protocol: 'HBONE'},
    ],
  },
}

describe('the config_dump of ztunnels of each release', () => {
  test.each(Object.entries(SHAPES))('%s', (_, document) => {
    expect(sniff(Buffer.from(JSON.stringify(document)))).toBe('ztunnel.config_dump')
    expect(readZtunnelDump(document).workloads).toMatchObject([
      {name: 'web-0', namespace: 'shop', serviceAccount: 'web', workloadIps: ['10.0.0.9'], protocol: 'HBONE'},
    ])
  })
})
