"""Readings of Chinese characters where a dictionary's first entry is not what people type.

``USUAL`` gives the readings under which a character of several readings is looked up, the likeliest first; a character
with one reading here merely corrects the dictionary. ``SETTLED`` are words in which only one reading is right (重庆 is
never zhongqing), so that no second form is indexed for them. ``SURNAMES`` are the readings of characters that open a
person's name. Tones are left out; ü is typed v.
"""


def _table(text: str) -> dict[str, tuple[str, ...]]:
    return {line.split()[0]: tuple(line.split()[1:]) for line in text.replace(";", "\n").split("\n") if line.strip()}


USUAL = _table("""
行 hang xing; 重 zhong chong; 长 chang zhang; 乐 le yue; 调 tiao diao; 会 hui kuai; 厦 xia sha; 单 dan shan
解 jie xie; 查 cha zha; 绿 lv lu; 藏 zang cang; 阿 a e; 畜 xu chu; 模 mo mu; 朝 chao zhao; 拓 tuo ta; 柏 bai bo
什 shi shen; 堡 bao pu bu; 扎 zha za; 角 jiao jue; 泊 bo po; 塞 sai se; 粘 zhan nian; 参 can shen; 的 de di
弹 dan tan; 给 gei ji; 朴 pu piao; 圈 quan juan; 靓 liang jing; 仔 zi zai; 薄 bo bao; 辟 pi bi; 栅 zha shan
降 jiang xiang; 血 xue xie; 折 zhe she; 率 lv shuai; 还 huan hai; 差 cha chai; 大 da dai; 六 liu lu; 车 che ju
石 shi dan; 仇 chou qiu; 盖 gai ge; 召 zhao shao; 覃 qin tan; 翟 zhai di; 员 yuan yun; 缪 miao mou; 秘 mi bi
蚌 bang beng; 番 fan pan; 莘 xin shen; 浚 jun xun; 涡 wo guo; 铅 qian yan; 歙 she xi; 洞 dong tong; 蔚 wei yu
尉 wei yu; 枞 zong cong; 莞 guan wan; 犍 qian jian; 荥 xing ying; 巷 xiang hang; 泌 mi bi; 勒 le lei; 似 si shi
娜 na nuo; 莎 sha suo; 茜 xi qian; 茄 qie jia; 坻 di chi; 桔 ju jie; 轧 zha ya; 郄 qie xi; 崴 wai wei; 焯 zhuo chao
咖 ka ga; 圩 wei xu; 埔 pu bu; 晟 sheng cheng; 龟 gui qiu; 句 ju gou; 壳 ke qiao; 核 he hu; 虾 xia ha; 落 luo lao
脉 mai mo; 择 ze zhai; 着 zhuo zhe; 著 zhu zhuo; 熟 shu shou; 杉 shan sha; 剥 bo bao; 臭 chou xiu; 恶 e wu; 脯 pu fu
抹 mo ma; 蔓 man wan; 弄 nong long; 刨 bao pao; 瀑 pu bao; 曝 bao pu; 栖 qi xi; 尾 wei yi; 吓 xia he; 削 xue xiao
叶 ye xie; 殷 yin yan; 系 xi ji; 宿 su xiu; 校 xiao jiao; 屏 ping bing; 便 bian pian; 牟 mu mou; 露 lu lou
劲 jin jing; 卡 ka qia; 贾 jia gu; 得 de dei; 地 di de; 没 mei mo; 传 chuan zhuan; 谷 gu yu; 隗 wei kui; 晁 chao
炅 jiong gui; 祭 ji zhai; 逄 pang; 纪 ji; 嚼 jiao jue; 匙 chi shi; 稽 ji qi; 省 sheng xing; 囤 tun dun; 伺 si ci
了 liao le; 郇 xun huan; 谌 chen shen; 郗 xi chi; 台 tai; 乾 qian gan; 奇 qi ji; 幢 zhuang chuang; 都 du; 佛 fo
盛 sheng; 和 he; 属 shu; 陆 lu; 艾 ai; 度 du; 澄 cheng; 纤 xian; 汤 tang; 冯 feng; 曾 zeng; 觉 jue; 卜 bu; 万 wan
广 guang; 厂 chang; 合 he; 区 qu; 任 ren; 洗 xi; 种 zhong; 柚 you; 褚 chu; 肋 lei; 琢 zhuo; 鹄 hu; 扒 ba; 磅 bang
铛 dang; 哦 o; 喔 wo; 嗲 dia; 掺 chan; 漯 luo; 荠 ji; 玢 bin; 浍 hui; 啜 chuo; 於 yu; 强 qiang; 攒 zan; 裳 chang
沓 ta; 呢 ni; 耙 pa; 蛤 ge; 骠 biao; 辗 zhan; 芫 yuan; 驮 tuo; 豉 chi; 呗 bei; 龈 yin; 槛 kan; 家 jia; 中 zhong
不 bu; 一 yi; 兴 xing; 宁 ning; 华 hua; 应 ying; 相 xiang; 空 kong; 红 hong; 正 zheng; 为 wei; 发 fa; 干 gan; 处 chu
当 dang; 好 hao; 间 jian; 数 shu; 食 shi; 服 fu; 信 xin; 丽 li; 蒙 meng; 南 nan; 贲 ben; 杨 yang; 上 shang; 亲 qin
土 tu; 王 wang
""")

SETTLED = _table("""
有限 you xian; 银行 yin hang; 分行 fen hang; 支行 zhi hang; 总行 zong hang; 商行 shang hang; 车行 che hang
洋行 yang hang; 行业 hang ye; 农行 nong hang; 工行 gong hang; 建行 jian hang; 中行 zhong hang; 交行 jiao hang
央行 yang hang; 米行 mi hang; 药行 yao hang; 木行 mu hang; 鱼行 yu hang; 典当行 dian dang hang; 拍卖行 pai mai hang
电器行 dian qi hang; 五金行 wu jin hang; 旅行 lv xing; 行政 xing zheng; 飞行 fei xing; 航行 hang xing; 自行 zi xing
步行 bu xing; 出行 chu xing; 运行 yun xing; 执行 zhi xing; 发行 fa xing; 骑行 qi xing; 力行 li xing; 行动 xing dong
行李 xing li; 行者 xing zhe; 行走 xing zou; 行车 xing che; 重庆 chong qing; 重阳 chong yang; 重叠 chong die
重重 chong chong; 重工 zhong gong; 重型 zhong xing; 重点 zhong dian; 重汽 zhong qi; 重机 zhong ji; 重要 zhong yao
起重 qi zhong; 载重 zai zhong; 称重 cheng zhong; 超重 chao zhong; 举重 ju zhong; 长沙 chang sha; 长春 chang chun
长安 chang an; 长城 chang cheng; 长江 chang jiang; 长宁 chang ning; 长兴 chang xing; 长治 chang zhi; 长乐 chang le
长葛 chang ge; 长垣 chang yuan; 长丰 chang feng; 长虹 chang hong; 长征 chang zheng; 长岭 chang ling; 长寿 chang shou
长海 chang hai; 长青 chang qing; 长清 chang qing; 长江路 chang jiang lu; 长隆 chang long; 长荣 chang rong
长盛 chang sheng; 长泰 chang tai; 长汀 chang ting; 长阳 chang yang; 长发 chang fa; 长远 chang yuan; 长久 chang jiu
专长 zhuan chang; 擅长 shan chang; 特长 te chang; 成长 cheng zhang; 增长 zeng zhang; 家长 jia zhang; 校长 xiao zhang
生长 sheng zhang; 董事长 dong shi zhang; 会长 hui zhang; 店长 dian zhang; 局长 ju zhang; 院长 yuan zhang
音乐 yin yue; 乐器 yue qi; 乐队 yue dui; 乐团 yue tuan; 声乐 sheng yue; 乐清 yue qing; 乐章 yue zhang; 民乐 min yue
乐坊 yue fang; 娱乐 yu le; 快乐 kuai le; 欢乐 huan le; 乐园 le yuan; 乐山 le shan; 昌乐 chang le; 康乐 kang le
俱乐部 ju le bu; 乐亭 lao ting; 会计 kuai ji; 财会 cai kuai; 会稽 kuai ji; 会展 hui zhan; 会议 hui yi; 会所 hui suo
协会 xie hui; 商会 shang hui; 学会 xue hui; 社会 she hui; 工会 gong hui; 国会 guo hui; 新会 xin hui; 会员 hui yuan
委员会 wei yuan hui; 基金会 ji jin hui; 会务 hui wu; 大会 da hui; 厦门 xia men; 大厦 da sha; 广厦 guang sha
华厦 hua xia; 单县 shan xian; 单位 dan wei; 单车 dan che; 简单 jian dan; 订单 ding dan; 菜单 cai dan; 解放 jie fang
解决 jie jue; 了解 liao jie; 理解 li jie; 解州 xie zhou; 检查 jian cha; 调查 diao cha; 勘查 kan cha; 审查 shen cha
查询 cha xun; 西藏 xi zang; 藏族 zang zu; 藏药 zang yao; 收藏 shou cang; 珍藏 zhen cang; 冷藏 leng cang
馆藏 guan cang; 储藏 chu cang; 东阿 dong e; 阿胶 e jiao; 阿里 a li; 阿里巴巴 a li ba ba; 阿拉善 a la shan
阿克苏 a ke su; 畜牧 xu mu; 畜禽 chu qin; 牲畜 sheng chu; 家畜 jia chu; 模具 mu ju; 模型 mo xing; 模板 mu ban
规模 gui mo; 朝阳 chao yang; 朝鲜 chao xian; 王朝 wang chao; 朝天 chao tian; 今朝 jin zhao; 开拓 kai tuo
拓展 tuo zhan; 喀什 ka shi; 什么 shen me; 什邡 shi fang; 城堡 cheng bao; 汉堡 han bao; 古堡 gu bao; 角色 jue se
主角 zhu jue; 停泊 ting bo; 水泊 shui po; 梁山泊 liang shan po; 人参 ren shen; 海参 hai shen; 党参 dang shen
参茸 shen rong; 参加 can jia; 参考 can kao; 参观 can guan; 目的 mu di; 的士 di shi; 弹簧 tan huang; 弹性 tan xing
子弹 zi dan; 圈养 juan yang; 牛仔 niu zai; 仔猪 zi zhu; 薄膜 bo mo; 薄荷 bo he; 率先 shuai xian; 效率 xiao lv
还原 huan yuan; 差旅 chai lv; 出差 chu chai; 大学 da xue; 大连 da lian; 大夫 dai fu; 大同 da tong; 大庆 da qing
大理 da li; 大众 da zhong; 大型 da xing; 大地 da di; 大唐 da tang; 大华 da hua; 大成 da cheng; 大方 da fang
大城 dai cheng; 大海 da hai; 大通 da tong; 大业 da ye; 大洋 da yang; 大道 da dao; 大酒店 da jiu dian
大药房 da yao fang; 六安 lu an; 六合 lu he; 六盘水 liu pan shui; 六和 liu he; 六建 liu jian; 汽车 qi che
火车 huo che; 货车 huo che; 客车 ke che; 机车 ji che; 车辆 che liang; 租车 zu che; 车间 che jian; 停车 ting che
车业 che ye; 用车 yong che; 车床 che chuang; 摩托车 mo tuo che; 电动车 dian dong che; 二手车 er shou che
自行车 zi xing che; 电瓶车 dian ping che; 石油 shi you; 石化 shi hua; 石材 shi cai; 石家庄 shi jia zhuang
石狮 shi shi; 石料 shi liao; 宝石 bao shi; 黄石 huang shi; 砂石 sha shi; 玉石 yu shi; 钻石 zuan shi
石嘴山 shi zui shan; 员工 yuan gong; 职员 zhi yuan; 人员 ren yuan; 演员 yan yuan; 秘书 mi shu; 秘鲁 bi lu
蚌埠 beng bu; 番禺 pan yu; 番茄 fan qie; 莘县 shen xian; 莘庄 xin zhuang; 浚县 xun xian; 涡阳 guo yang; 涡轮 wo lun
铅山 yan shan; 铅笔 qian bi; 歙县 she xian; 洪洞 hong tong; 尉犁 yu li; 东莞 dong guan; 莞尔 wan er; 犍为 qian wei
荥阳 xing yang; 荥经 ying jing; 泌阳 bi yang; 泌尿 mi niao; 勒泰 le tai; 番薯 fan shu; 雪茄 xue jia; 宝坻 bao di
咖啡 ka fei; 咖喱 ga li; 黄埔 huang pu; 大埔 da bu; 龟兹 qiu ci; 乌龟 wu gui; 核心 he xin; 核电 he dian; 落户 luo hu
村落 cun luo; 着色 zhuo se; 著名 zhu ming; 著作 zhu zuo; 恶劣 e lie; 果脯 guo fu; 胸脯 xiong pu; 里弄 li long
瀑布 pu bu; 曝光 bao guang; 栖霞 qi xia; 剥削 bo xue; 系统 xi tong; 系列 xi lie; 关系 guan xi; 体系 ti xi
宿州 su zhou; 宿迁 su qian; 宿舍 su she; 住宿 zhu su; 民宿 min su; 学校 xue xiao; 校园 xiao yuan; 校准 jiao zhun
校验 jiao yan; 检校 jian jiao; 校对 jiao dui; 屏幕 ping mu; 显示屏 xian shi ping; 便利 bian li; 便民 bian min
便捷 bian jie; 便宜 pian yi; 方便 fang bian; 牟平 mu ping; 中牟 zhong mu; 强劲 qiang jing; 卡车 ka che; 卡通 ka tong
关卡 guan qia; 地产 di chan; 地区 di qu; 土地 tu di; 地方 di fang; 地质 di zhi; 地毯 di tan; 地板 di ban; 基地 ji di
场地 chang di; 天地 tian di; 地铁 di tie; 传媒 chuan mei; 传统 chuan tong; 传动 chuan dong; 传播 chuan bo
宣传 xuan chuan; 传感 chuan gan; 传奇 chuan qi; 传承 chuan cheng; 稽查 ji cha; 稽核 ji he; 山谷 shan gu; 谷物 gu wu
河北省 he bei sheng; 奇瑞 qi rui; 奇迹 qi ji; 新奇 xin qi; 神奇 shen qi; 乾隆 qian long; 绿化 lv hua; 绿色 lv se
绿地 lv di; 绿源 lv yuan; 绿洲 lv zhou; 尾矿 wei kuang; 树叶 shu ye; 茶叶 cha ye; 叶片 ye pian
""")

SURNAMES = _table("""
单 shan; 仇 qiu; 解 xie; 曾 zeng; 朴 piao; 查 zha; 区 ou; 盖 ge; 葛 ge; 任 ren; 召 shao; 覃 qin; 冼 xian; 洗 xian
翟 zhai; 乐 yue; 员 yun; 种 chong; 缪 miao; 牟 mu; 宓 mi; 秘 bi; 那 na; 黑 he; 句 gou; 过 guo; 繁 po; 隽 juan
折 she; 贾 jia; 卜 bu; 柏 bai; 隗 wei; 郇 xun; 郄 qie; 郗 chi; 谌 chen; 褚 chu; 晁 chao; 炅 gui; 祭 zhai; 臧 zang
訾 zi; 逄 pang; 尉 wei; 阚 kan; 佘 she; 佴 nai; 仉 zhang; 亓 qi; 妫 gui; 幺 yao; 强 qiang; 应 ying; 晟 cheng; 殷 yin
沈 shen; 盛 sheng; 眭 sui; 笪 da; 粘 nian; 纪 ji; 能 nai; 燕 yan; 莘 shen; 薄 bo; 藏 zang; 谯 qiao; 车 che; 邸 di
都 du; 重 chong; 钭 tou; 适 kuo; 颉 xie; 相 xiang; 石 shi; 费 fei; 贲 ben; 角 jue; 乜 nie; 么 yao; 万 wan; 大 da
呙 guo; 俞 yu; 叶 ye; 台 tai; 行 xing; 长 zhang; 阿 a; 参 shen; 尹 yin; 冯 feng; 宁 ning; 华 hua; 哈 ha; 夏 xia
洪 hong; 于 yu; 干 gan; 占 zhan; 令 ling; 樊 fan; 芮 rui; 曲 qu; 瞿 qu; 尉迟 yu chi; 万俟 mo qi; 令狐 ling hu
长孙 zhang sun; 澹台 tan tai; 鲜于 xian yu; 单于 chan yu; 呼延 hu yan; 拓跋 tuo ba; 皇甫 huang fu; 诸葛 zhu ge
淳于 chun yu; 赫连 he lian; 亓官 qi guan; 夏侯 xia hou; 宰父 zai fu; 谷梁 gu liang; 乐正 yue zheng; 公冶 gong ye
""")
