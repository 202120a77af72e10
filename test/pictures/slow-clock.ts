// Node loads this before the product (--import): its day begins where the story says and passes slowly, so that a picture
// shows the same minute and second whenever it is taken. Threads load it too.
const RealDate = Date;
const at = Number(process.env['CLAWDBOT_PICTURES_AT_MS']);
const begun = Number(process.env['CLAWDBOT_PICTURES_BEGUN_MS']);
const now = () => at + Math.floor((RealDate.now() - begun) / 50);

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, self) => Reflect.construct(target, given.length === 0 ? [now()] : given, self),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, self) => (name === 'now' ? now : Reflect.get(target, name, self)),
});
