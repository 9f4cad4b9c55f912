import {Args, Flags} from '@oclif/core'
import {atFlag, durationMs, fileFlag, readTime, selectorFlag} from '../src/cli/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {runDiff} from '../src/cli/run-diff.js'
import {diffView} from '../src/reports/diff/view.js'
import {ONLY_WORDS, readOnly} from '../src/reports/proxy-status/only.js'
import {proxyStatusReport} from '../src/reports/proxy-status/report.js'
import {proxyStatusView} from '../src/reports/proxy-status/view.js'

export default class ProxyStatus extends MeshCommand {
  static override summary = 'Show whether every proxy has what istiod sent it, and why not'
  static override aliases = ['ps']
  static override examples = ['<%= config.bin %> proxy-status --from sample --only problem']
  static override args = {
    pod: Args.string({ignoreStdin: true, description: 'one proxy: compare what istiod holds with what it runs'}),
  }
  static override flags = {
    file: {...fileFlag, description: "istiod's syncz page, or with a pod an Envoy dump (- for standard input)"},
    selector: selectorFlag,
    'all-namespaces': Flags.boolean({char: 'A', description: 'every namespace (the default without -n)'}),
    only: Flags.string({description: `only proxies with these: ${ONLY_WORDS.join(', ')}`}),
    'stale-after': Flags.string({default: '0s', description: 'how long a push may go unaccepted before it counts'}),
    why: Flags.boolean({description: "read the proxies' logs for the reasons"}),
    at: atFlag,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyStatus)
    if (args.pod !== undefined && !flags.why) {
      const {file, ...common} = flags
      const report = await runDiff({first: args.pod, file}, common, this.config.root)
      return await this.print(flags, report, diffView)
    }
    const filter = {
      istioNamespace: flags.istioNamespace,
      namespace: flags['all-namespaces'] ? undefined : flags.namespace,
      selector: flags.selector,
      revision: flags.revision,
      only: readOnly(flags.only),
      staleAfterMs: durationMs(flags['stale-after']),
      why: flags.why,
      at: flags.at === undefined ? undefined : readTime(flags.at),
    }
    await this.withSource(flags, async source => {
      await this.print(flags, await proxyStatusReport(source, filter), proxyStatusView)
    })
  }
}
