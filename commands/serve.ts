import {Flags} from '@oclif/core'
import {NO_NEEDS} from '../src/cli/command-needs.js'
import {commonFlags} from '../src/cli/flags/flags.js'
import {readRoles} from '../src/cli/input/roles.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {undoable} from '../src/cli/output/interrupt.js'
import {remark, write} from '../src/cli/output/streams.js'
import {example} from '../src/cli/usage/example.js'
import {UserError} from '../src/model/evidence/user-error.js'

export default class Serve extends MeshCommand {
  static override summary = 'Serve a bundle as a read-only Kubernetes API for kubectl and istioctl'
  static override usage = 'serve [flags] [-- COMMAND...]'
  static override description =
    'The server listens only on 127.0.0.1, over TLS, with its own certificate and token. Its kubeconfig is a temporary file that is removed on exit; your own kubeconfig is not changed. Put a command after -- to run it against the server.'
  static override examples = [
    example('Run one command against the sample mesh', 'serve --from sample -- kubectl get pods -n demo'),
    example('Serve a bundle until Ctrl-C', 'serve --from incident.tgz'),
  ]
  static override needs = NO_NEEDS
  static override strict = false
  static override flags = {
    port: Flags.integer({default: 0, min: 0, max: 65_535, description: 'port to listen on (0: any free port)'}),
    'empty-lists': Flags.boolean({
      description:
        'return an empty list for kinds that were not captured, for tools that retry forever when refused (istioctl analyze)',
    }),
    role: Flags.string({
      helpValue: 'FILE',
      description:
        'refuse everything that the Roles and ClusterRoles in FILE do not grant, as a cluster with RBAC does',
    }),
    requests: Flags.boolean({
      char: 'v',
      aliases: ['verbose'],
      description: 'print each request to standard error',
    }),
    calls: {...commonFlags.calls, char: undefined},
  }

  async run(): Promise<void> {
    const cut = this.argv.indexOf('--')
    const child = cut < 0 ? [] : this.argv.slice(cut + 1)
    const {argv, flags} = await this.parse(Serve, cut < 0 ? this.argv : this.argv.slice(0, cut))
    if (argv.length > 0) throw new UserError(`put the command after --: serve -- ${argv.join(' ')}`)
    const {runWithKubeconfig, untilAborted} = await import('../src/cli/runs/serve-session.js')
    const {startApiServer} = await import('../src/kubeapi/server.js')
    const {writeKubeconfig} = await import('../src/kubeapi/kubeconfig.js')
    const rules = flags.role === undefined ? undefined : await readRoles(flags.role)
    await this.withSource(flags, async source => {
      await undoable(async signal => {
        const onRequest = flags.requests ? (line: string) => void remark(line) : undefined
        const {port, 'empty-lists': emptyLists, 'proxy-admin-port': adminPort} = flags
        const server = await startApiServer(source, {port, adminPort, emptyLists, rules, onRequest})
        const kubeconfig = await writeKubeconfig(server).catch(async (error: unknown) => {
          await server.close()
          throw error
        })
        if (emptyLists) await remark('--empty-lists: an empty list may only mean that the kind was not captured')
        try {
          if (child.length > 0) {
            process.exitCode = await runWithKubeconfig(child, kubeconfig, signal)
            return
          }
          await write(
            process.stdout,
            `export KUBECONFIG=${kubeconfig.path}\nexport KUBECACHEDIR=${kubeconfig.cacheFolder}\n`,
          )
          await remark(`serving ${source.origin.label} read-only; stop with Ctrl-C`)
          await untilAborted(signal)
        } finally {
          await server.close()
          await kubeconfig.remove()
        }
      })
    })
  }
}
