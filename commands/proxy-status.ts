import {setTimeout} from 'node:timers/promises'
import {Args, Flags} from '@oclif/core'
import {atFlag, durationMs, fileFlag, readTime, selectorFlag} from '../src/cli/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {runDiff} from '../src/cli/run-diff.js'
import {podLabel} from '../src/model/kube-object.js'
import {diffView} from '../src/reports/diff/view.js'
import {ONLY_WORDS, readOnly} from '../src/reports/proxy-status/only.js'
import {proxyStatusReport} from '../src/reports/proxy-status/report.js'
import {proxyStatusView} from '../src/reports/proxy-status/view.js'
import {waitForSync} from '../src/reports/proxy-status/wait.js'

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
    wait: Flags.boolean({description: 'ask again until everything is in sync'}),
    timeout: Flags.string({default: '60s', description: 'how long --wait waits'}),
    watch: Flags.boolean({description: 'print again every --interval until interrupted'}),
    interval: Flags.string({default: '2s', description: 'how often --wait and --watch ask'}),
    at: atFlag,
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyStatus)
    const at = flags.at === undefined ? undefined : readTime(flags.at)
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
      at,
    }
    const pollMs = Math.max(100, durationMs(flags.interval))
    const patience = {timeoutMs: durationMs(flags.timeout), pollMs, nowMs: Date.now, sleep: setTimeout}
    await this.withSource(flags, async source => {
      const {resolveSubject} = await import('../src/sources/subject.js')
      const one = args.pod === undefined ? undefined : await resolveSubject(source, {...filter, name: args.pod})
      const proxy = one === undefined ? undefined : podLabel(one.pod)
      const ask = () => proxyStatusReport(source, {...filter, proxy})
      await this.print(flags, flags.wait ? await waitForSync(ask, patience) : await ask(), proxyStatusView)
      while (flags.watch && source.origin.kind === 'cluster') {
        await setTimeout(pollMs)
        await this.print(flags, await ask(), proxyStatusView)
      }
    })
  }
}
