import {socketAddress} from '../../model/kernel/socket.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1506',
  slug: 'undeclared-listener',
  aliases: [],
  severity: 'info',
  title: 'Application listens on an undeclared port',
  why: 'The port is reachable by address through the passthrough listener, where policies that name a port or an HTTP path may not apply.',
  fix: 'Declare the port in the container and in a Service, or listen on 127.0.0.1.',
  references: [PAGES.requirements],
  modes: ['sidecar'],
  needs: ['ports'],
  check: ({pod}, {ports}) =>
    ports
      .filter(row => row.verdict === 'undeclared' && row.protocol === 'tcp')
      .map(row => ({
        message: `${row.sockets[0]?.process ?? 'A server'} listens on ${row.sockets.map(socketAddress).join(', ')}, which no container port and no Service declares.`,
        path: `${pod.specPath}.containers`,
        proof: row.sockets.map(({line}) => ({from: 'listening sockets', text: line})),
      })),
})
