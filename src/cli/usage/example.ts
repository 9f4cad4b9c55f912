/** An example for the help of a command: what it does as a sentence without its full stop, and the words behind the program's name. */
export function example(sentence: string, command: string): {readonly description: string; readonly command: string} {
  const whole = command.includes('<%= config.bin %>') ? command : `<%= config.bin %> ${command}`
  return {description: `${sentence}.`, command: whole}
}
