"""General words of the trade, Mandarin and English: what distractor products are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Trade:
    """One category of goods, in one language."""

    category: str
    price: int
    """A middling price, in the currency of the shop."""
    nouns: tuple[str, ...]
    """What the goods are called."""
    qualities: tuple[str, ...]
    """What shops say of them."""
    specs: tuple[str, ...]
    """How they are packed or sized; {} is a number."""


@lru_cache(maxsize=2)
def read_trades(language: str) -> tuple[Trade, ...]:
    """Return the trades of a language, `zh` or `en`, in the order of this file."""
    text = _MANDARIN if language == "zh" else _ENGLISH
    return tuple(_read_trade(block) for block in text.strip().split("\n\n"))


def _read_trade(block: str) -> Trade:
    """Read four lines: category and price, nouns, qualities, specs."""
    head, nouns, qualities, specs = block.split("\n")
    category, price = head.split(": ")
    return Trade(
        category,
        int(price),
        tuple(nouns.split(", ")),
        tuple(qualities.split(", ")),
        tuple(specs.split(", ")),
    )


BRAND_HEADS = {
    "zh": tuple("岚芷沐禾澄屿栎棠朴霁蘅汀杳璟筠"),
    "en": ("Bel", "Cor", "Dra", "Fen", "Gal", "Hol", "Jun", "Kes", "Lor", "Mav", "Pell", "Tav"),
}
BRAND_ENDS = {
    "zh": tuple("坊野里川序白本归物田舍谷原"),
    "en": ("amber", "brook", "dale", "etta", "ford", "gate", "ique", "lane", "mora", "nest", "ova"),
}
"""Halves of invented brands: 岚坊, Belamber; a shop of a thousand products has many."""

_MANDARIN = """
护肤: 129
洁面乳, 精华水, 面霜, 眼霜, 防晒乳, 面膜
保湿, 舒缓, 控油, 温和, 清爽
{}ml, {}g, {}片

彩妆: 99
口红, 粉底液, 眼影盘, 眉笔, 腮红, 散粉
哑光, 持妆, 显白, 细闪, 轻薄
{}号色, {}g, {}支

洗护: 59
洗发水, 护发素, 沐浴露, 发膜, 洗手液, 牙膏
蓬松, 去屑, 留香, 修护, 无硅油
{}ml, {}g, {}瓶

保健: 149
钙片, 鱼油, 蛋白粉, 维生素片, 益生菌, 叶黄素
中老年, 儿童, 成人, 无糖, 高含量
{}粒, {}g, {}袋

零食: 39
坚果, 薯片, 海苔, 肉脯, 饼干, 果干
香脆, 原味, 独立包装, 低脂, 办公室
{}g, {}包, {}袋

生鲜: 79
橙子, 牛排, 虾仁, 三文鱼, 土鸡蛋, 蓝莓
现摘, 原切, 新鲜, 大果, 冷链
{}斤, {}枚, {}片

粮油: 69
大米, 菜籽油, 面条, 酱油, 黑豆, 小米
东北, 压榨, 手工, 当季, 家用
{}斤, {}L, {}kg

茶饮: 119
绿茶, 红茶, 乌龙茶, 咖啡豆, 花茶, 奶茶粉
高山, 头春, 冻干, 浓香, 礼盒
{}g, {}包, {}罐

酒水: 199
白酒, 红酒, 米酒, 精酿啤酒, 梅子酒, 气泡水
浓香, 微醺, 干型, 窖藏, 整箱
{}度, {}ml, {}瓶

女装: 159
连衣裙, 针织衫, 衬衫, 半身裙, 风衣, 阔腿裤
显瘦, 高腰, 法式, 垂感, 通勤
{}码, {}色可选, {}件

男装: 169
夹克, 卫衣, 牛仔裤, 羽绒服, 短袖, 休闲裤
加绒, 宽松, 商务, 抗皱, 速干
{}码, {}件, {}色可选

鞋靴: 189
运动鞋, 马丁靴, 乐福鞋, 凉鞋, 老爹鞋, 雨靴
软底, 增高, 防滑, 透气, 真皮
{}码, {}cm跟, {}色可选

箱包: 219
双肩包, 托特包, 行李箱, 钱包, 腰包, 帆布包
大容量, 轻便, 头层牛皮, 防泼水, 斜挎
{}寸, {}L, {}层

首饰: 139
项链, 耳钉, 手链, 戒指, 胸针, 手镯
足银, 淡水珍珠, 复古, 小众, 锁骨
{}mm, {}g, {}颗

家纺: 239
四件套, 被子, 枕头, 毛巾, 床垫, 凉席
全棉, 蚕丝, 抗菌, 裸睡, 加厚
{}支, {}米, {}条

厨具: 129
炒锅, 保温杯, 菜刀, 砧板, 饭盒, 汤锅
不粘, 麦饭石, 不锈钢, 加深, 316
{}cm, {}ml, {}件套

家电: 399
破壁机, 吸尘器, 电饭煲, 加湿器, 电风扇, 空气炸锅
静音, 变频, 大功率, 智能, 可视
{}L, {}W, {}档

数码: 159
蓝牙耳机, 充电宝, 数据线, 键盘, 平板支架, 音箱
降噪, 快充, 机械, 磁吸, 长续航
{}mAh, {}W, {}米

母婴: 109
纸尿裤, 奶瓶, 推车, 爬行垫, 湿巾, 辅食机
超薄, 防胀气, 可折叠, 加厚, 新生儿
{}片, {}ml, {}抽

玩具: 89
积木, 拼图, 遥控车, 毛绒玩偶, 桌游, 泡泡机
益智, 磁力, 大颗粒, 亲子, 耐摔
{}块, {}片, {}岁以上

图书: 49
绘本, 字帖, 历史书, 菜谱, 练习册, 故事集
彩图, 精装, 注音, 全套, 名家
{}册, {}页, {}辑

运动: 79
瑜伽垫, 跳绳, 哑铃, 球拍, 泳镜, 护膝
加宽, 专业, 防滑, 碳素, 入门
{}mm, {}kg, {}米

宠物: 99
猫粮, 猫砂, 狗零食, 牵引绳, 猫爬架, 宠物窝
低敏, 除臭, 全价, 加粗, 无谷
{}kg, {}斤, {}层

园艺: 35
多肉, 营养土, 花盆, 月季苗, 浇水壶, 绿萝
带盆, 透气, 四季, 阳台, 易活
{}L, {}棵, {}cm
"""

_ENGLISH = """
skin care: 24
face wash, toner, day cream, eye serum, sunscreen, sheet mask
hydrating, calming, oil-free, gentle, brightening
{} ml, {} oz, {} sheets

make-up: 19
lipstick, foundation, eyeshadow palette, brow pencil, blush, setting powder
matte, long-wear, sheer, shimmer, buildable
shade {}, {} g, {} pans

hair and body: 14
shampoo, conditioner, body wash, hair mask, hand soap, toothpaste
volumising, repairing, sulfate-free, scented, mild
{} ml, {} oz, {} pack

supplements: 29
calcium tablets, fish oil, whey protein, multivitamin, probiotic, collagen powder
high-strength, vegan, daily, sugar-free, adult
{} capsules, {} g, {} servings

snacks: 12
trail mix, potato chips, beef jerky, crackers, granola bars, dried mango
crunchy, salted, low-fat, roasted, spicy
{} g, {} bags, {} pack

fresh food: 32
oranges, ribeye steak, king prawns, salmon fillet, free-range eggs, blueberries
hand-picked, chilled, organic, large, local
{} lb, {} count, {} kg

pantry: 16
basmati rice, olive oil, egg noodles, soy sauce, black beans, pancake mix
cold-pressed, stone-ground, wholegrain, aged, family
{} kg, {} litre, {} pack

tea and coffee: 18
green tea, black tea, oolong, coffee beans, herbal tea, cocoa powder
loose-leaf, single-origin, dark-roast, decaf, first-flush
{} g, {} bags, {} tins

drinks: 27
red wine, craft lager, plum wine, sparkling water, ginger beer, dry cider
barrel-aged, crisp, dry, unfiltered, small-batch
{} ml, {} bottles, {} cans

women's wear: 49
wrap dress, knit top, linen shirt, midi skirt, trench coat, wide-leg pants
high-waist, flowy, ribbed, classic, tailored
size {}, {} colours, {} piece

men's wear: 54
bomber jacket, hoodie, jeans, puffer coat, crew tee, chinos
fleece-lined, relaxed, quick-dry, wrinkle-free, slim
size {}, {} pack, {} colours

shoes: 65
running shoes, ankle boots, loafers, sandals, slip-ons, rain boots
cushioned, non-slip, breathable, leather, lightweight
size {}, {} cm heel, {} colours

bags: 58
backpack, tote bag, cabin suitcase, wallet, belt bag, duffel
water-resistant, roomy, full-grain, crossbody, foldable
{} litre, {} inch, {} pockets

jewellery: 45
pendant necklace, stud earrings, bracelet, ring, brooch, bangle
sterling silver, freshwater pearl, vintage, dainty, gold-plated
{} mm, {} carat, {} inch

bedding: 72
duvet set, down pillow, bath towel, mattress topper, throw blanket, fitted sheet
cotton, washed linen, cooling, quilted, weighted
{} thread, {} piece, {} lb

kitchen: 38
frying pan, insulated mug, chef's knife, cutting board, lunch box, stock pot
non-stick, cast-iron, stainless, deep, bamboo
{} cm, {} ml, {} piece

appliances: 119
blender, cordless vacuum, rice cooker, humidifier, tower fan, air fryer
quiet, compact, smart, heavy-duty, digital
{} litre, {} watt, {} speed

electronics: 42
wireless earbuds, power bank, charging cable, keyboard, tablet stand, speaker
noise-cancelling, fast-charging, mechanical, magnetic, portable
{} mAh, {} watt, {} ft

baby: 34
diapers, baby bottle, stroller, play mat, wipes, high chair
ultra-thin, anti-colic, foldable, padded, newborn
{} count, {} ml, {} months

toys: 28
building blocks, jigsaw puzzle, remote-control car, plush bear, board game, bubble machine
wooden, glow-in-the-dark, giant, educational, washable
{} pieces, ages {}, {} players

books: 21
picture book, cookbook, workbook, history atlas, story collection, journal
hardcover, illustrated, boxed, large-print, annotated
{} volumes, {} pages, edition {}

sports: 33
yoga mat, jump rope, dumbbells, tennis racket, swim goggles, knee brace
extra-wide, adjustable, carbon, beginner, non-slip
{} mm, {} kg, {} lb

pets: 26
cat food, cat litter, dog treats, dog leash, scratching post, pet bed
grain-free, odour-control, reflective, chew-proof, orthopedic
{} kg, {} lb, {} tier

garden: 17
succulent, potting soil, planter, rose bush, watering can, fern
self-watering, frost-hardy, potted, peat-free, indoor
{} litre, {} inch, {} plants
"""
