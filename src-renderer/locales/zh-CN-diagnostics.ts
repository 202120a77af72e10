export const zhCNDiagnostics = {
  'diagnostics.open': '保存诊断包…',
  'diagnostics.packing': '正在打包…',
  'diagnostics.title': '诊断包',
  'diagnostics.promise': '供帮助排查故障的人使用。其中没有消息、姓名、token、地址和路径。内容如下：',
  'diagnostics.contents': '诊断包的内容',
  'diagnostics.about': '程序和系统的版本',
  'diagnostics.configuration': '设置，不含你写的文字',
  'diagnostics.checks': '检查结果',
  'diagnostics.status': '本页的统计数字',
  'diagnostics.log': '日志的最后几行，不含文字内容',
  'diagnostics.save': '保存',
};
