import {Flags} from '@oclif/core'

/** Flags of `trace`: the request, and the files of recorded ones. */
export const traceFlags = {
  out: Flags.string({helpValue: 'URL', description: 'a request the pod sends: http, https, grpc, tcp or tls'}),
  in: Flags.string({
    helpValue: 'URL',
    description: 'a request that arrives at the pod, such as http://:9080/',
    exclusive: ['out'],
  }),
  listener: Flags.string({
    helpValue: 'ADDRESS:PORT',
    description: 'socket that accepts the connection (default: port 15001 or 15006)',
  }),
  address: Flags.string({
    helpValue: 'ADDRESS',
    description: 'the address the client connects to, if the URL has a host name',
  }),
  source: Flags.string({helpValue: 'ADDRESS', description: 'the address of the client'}),
  method: Flags.string({description: 'HTTP method (default: GET)'}),
  path: Flags.string({description: 'path of the request, with TO (default: that of the URL)'}),
  host: Flags.string({description: 'host header of the request, with TO (default: that of the URL)'}),
  port: Flags.integer({min: 1, max: 65_535, description: 'port of the destination, with TO'}),
  uid: Flags.integer({min: 0, description: 'uid of the process that sends the request, with TO (default 1000)'}),
  header: Flags.string({
    char: 'H',
    multiple: true,
    helpValue: 'NAME=VALUE',
    description: 'a request header (repeatable)',
  }),
  protocol: Flags.string({
    options: ['http/1.0', 'http/1.1', 'http/2', 'h2', 'grpc', 'tcp'],
    description: 'protocol of the client',
  }),
  sni: Flags.string({helpValue: 'NAME', description: 'server name in the TLS handshake'}),
  alpn: Flags.string({helpValue: 'LIST', description: 'ALPN protocols the client offers, comma-separated'}),
  principal: Flags.string({
    helpValue: 'SPIFFE-ID',
    description: "identity in the client's certificate; implies mTLS",
  }),
  cases: Flags.string({
    helpValue: 'DIR',
    description: 'trace the cases of a configuration folder, or of a folder of such folders',
    exclusive: ['out', 'in', 'file'],
  }),
  traffic: Flags.string({
    helpValue: 'FILE',
    description: 'trace the recorded requests in FILE (- for standard input)',
    exclusive: ['out', 'in', 'file', 'cases'],
  }),
} as const
