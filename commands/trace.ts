import {Flags} from '@oclif/core'
import {podArgument} from '../src/cli/args.js'
import {PROXY_CONFIG_NEEDS} from '../src/cli/command-needs.js'
import {fileFlag, selectorFlag} from '../src/cli/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {traceReport} from '../src/reports/trace/report.js'
import {traceView} from '../src/reports/trace/view.js'

export default class Trace extends MeshCommand {
  static override summary = 'Show what a pod’s Envoy does with one request, and what decides it'
  static override examples = [
    '<%= config.bin %> trace deploy/productpage-v1 --from sample --out http://reviews:9080/reviews/0',
    '<%= config.bin %> trace -f config_dump.json --in http://:9080/ --principal spiffe://cluster.local/ns/demo/sa/sleep',
    '<%= config.bin %> trace --cases given/c000 -o json',
  ]
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = {
    file: fileFlag,
    selector: selectorFlag,
    out: Flags.string({helpValue: 'URL', description: 'a request the pod sends: http, https, grpc, tcp or tls'}),
    in: Flags.string({
      helpValue: 'URL',
      description: 'a request that arrives at the pod, such as http://:9080/',
      exclusive: ['out'],
    }),
    listener: Flags.string({
      helpValue: 'ADDRESS:PORT',
      description: 'the socket that accepts it (15001 or 15006 unless set)',
    }),
    address: Flags.string({
      helpValue: 'ADDRESS',
      description: 'the address the client dials, where the URL names a host',
    }),
    source: Flags.string({helpValue: 'ADDRESS', description: 'the address of the client'}),
    method: Flags.string({description: 'HTTP method (GET unless set)'}),
    header: Flags.string({
      char: 'H',
      multiple: true,
      helpValue: 'NAME=VALUE',
      description: 'a request header (repeatable)',
    }),
    protocol: Flags.string({
      options: ['http/1.0', 'http/1.1', 'http/2', 'h2', 'tcp'],
      description: 'what the client speaks',
    }),
    sni: Flags.string({helpValue: 'NAME', description: 'server name in the TLS handshake'}),
    alpn: Flags.string({helpValue: 'LIST', description: 'application protocols offered, comma-separated'}),
    principal: Flags.string({
      helpValue: 'SPIFFE-ID',
      description: 'identity in the certificate of the client: the request uses mTLS',
    }),
    cases: Flags.string({
      helpValue: 'DIR',
      description: 'answer the cases of a configuration folder, or of a folder of them',
      exclusive: ['out', 'in', 'file'],
    }),
    traffic: Flags.string({
      helpValue: 'FILE',
      description: 'answer the recorded requests in FILE (- for standard input)',
      exclusive: ['out', 'in', 'file', 'cases'],
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Trace)
    if (flags.cases !== undefined) {
      const {answerEnvoyCases} = await import('../src/cli/envoy-cases.js')
      const {envoyCasesView} = await import('../src/reports/trace/cases-view.js')
      await this.print(flags, await answerEnvoyCases(flags.cases), envoyCasesView)
      return
    }
    const {traffic} = flags
    if (traffic !== undefined) {
      await this.withSource(flags, async source => {
        const {answerTraffic} = await import('../src/cli/traffic.js')
        const {trafficView} = await import('../src/reports/trace/traffic-view.js')
        await this.print(flags, await answerTraffic(source, traffic), trafficView)
      })
      return
    }
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await traceReport(source, pod, flags), traceView)
    })
  }
}
