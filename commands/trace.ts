import {TRACE_NEEDS} from '../src/cli/command-needs.js'
import {fromToArguments} from '../src/cli/flags/args.js'
import {fileFlag, overlayFlags, selectorFlag} from '../src/cli/flags/flags.js'
import {traceFlags} from '../src/cli/flags/trace-flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {traceReport} from '../src/reports/trace/report.js'
import {traceView} from '../src/reports/trace/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Trace extends MeshCommand {
  static override summary = 'Trace one request through the mesh or through one Envoy, and show what decides it'
  static override examples = [
    example(
      'Follow a request through both kernels and both proxies',
      'trace deploy/productpage-v1 http://details:9080/ --from sample',
    ),
    example('Follow a request that enters by the gateway', 'trace ingress http://bookinfo.example.com/productpage'),
    example(
      'Show what one Envoy does with a request',
      'trace deploy/productpage-v1 --from sample --out http://reviews:9080/reviews/0',
    ),
    example(
      'Do the same with a config dump in a file',
      'trace -f config_dump.json --in http://:9080/ --principal spiffe://cluster.local/ns/demo/sa/sleep',
    ),
    example('Run a folder of requests', 'trace --cases given/c000 -o json'),
  ]
  static override forms = [...formsOf(traceView), 'mermaid'] as const
  static override needs = TRACE_NEEDS
  static override args = fromToArguments
  static override flags = {
    file: fileFlag,
    selector: selectorFlag,
    ...overlayFlags,
    ...traceFlags,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Trace)
    if (flags.cases !== undefined) {
      const {answerEnvoyCases} = await import('../src/cli/input/case-files.js')
      const {envoyCasesView} = await import('../src/reports/trace/cases-view.js')
      await this.print(flags, await answerEnvoyCases(flags.cases), envoyCasesView)
      return
    }
    const {traffic} = flags
    if (traffic !== undefined) {
      await this.withSource(flags, async source => {
        const {answerTraffic} = await import('../src/cli/input/case-files.js')
        const {trafficView} = await import('../src/reports/trace/traffic-view.js')
        await this.print(flags, await answerTraffic(source, traffic, flags.istioNamespace), trafficView)
      })
      return
    }
    const {to} = args
    if (to !== undefined) {
      await this.withSource(flags, async source => {
        const {answerPath} = await import('../src/cli/flags/path-question.js')
        const {pathView} = await import('../src/reports/trace/path-view.js')
        await this.print(flags, await answerPath(source, args.pod ?? '', to, flags), pathView)
      })
      return
    }
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await traceReport(source, pod, flags), traceView)
    })
  }
}
