// A node that does next to nothing.
process.stdout.write('ok\n')
